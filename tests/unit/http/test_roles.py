"""Administrators make and change roles over HTTP, look first, and ask why."""

import pytest

from tests.unit.http.service import Service
from tests.unit.http.test_rights import holder

ACCOUNTANT = {"description": "Keeps the books.", "permissions": ["invoices:approve", "reports:*"], "parents": ["user"]}


@pytest.fixture
async def admin(service: Service) -> str:
    return (await holder(service, "admin@example.com", "admin"))[1]


async def define(service: Service, token: str, name: str, *permissions: str, parents: tuple[str, ...] = ()) -> None:
    document = {"name": name, "description": "", "permissions": list(permissions), "parents": list(parents)}
    assert (await service.ask("POST", "/admin/roles", document, token=token)).status == 201


async def test_the_life_of_a_role(service: Service, admin: str) -> None:
    created = await service.ask("POST", "/admin/roles", {"name": "accountant", **ACCOUNTANT}, token=admin)
    again = await service.ask("POST", "/admin/roles", {"name": "accountant", **ACCOUNTANT}, token=admin)
    read = await service.ask("GET", "/admin/roles/accountant", token=admin)
    changed = await service.ask("PUT", "/admin/roles/accountant", {**ACCOUNTANT, "permissions": []}, token=admin)
    listed = await service.ask("GET", "/admin/roles", token=admin)
    deleted = await service.ask("DELETE", "/admin/roles/accountant", token=admin)
    gone = await service.ask("GET", "/admin/roles/accountant", token=admin)

    expected = {"name": "accountant", **ACCOUNTANT, "inherited": [], "system": False}
    assert (created.status, created.json()) == (201, expected)
    assert (again.status, again.code) == (409, "role_exists")
    assert read.json() == expected
    assert (changed.status, changed.json()) == (200, {**expected, "permissions": []})
    assert [role["name"] for role in listed.json()["items"]] == ["accountant", "admin", "user"]
    assert (deleted.status, deleted.body) == (204, b"")
    assert (gone.status, gone.code) == (404, "role_not_found")


@pytest.mark.covers("AUZ-09", "R-S4")
async def test_a_change_is_in_force_with_its_answer(service: Service, admin: str) -> None:
    await define(service, admin, "reader", "reports:read")
    await define(service, admin, "clerk", parents=("reader",))
    _, token = await holder(service, "clerk@example.com", "clerk")
    before = (await service.ask("GET", "/auth/me", token=token)).json()["permissions"]

    content = {"description": "", "permissions": [], "parents": []}
    await service.ask("PUT", "/admin/roles/reader", content, token=admin)
    refused = await service.ask("GET", "/auth/me", token=token)

    assert before == ["reports:read"]
    assert (refused.status, refused.code) == (401, "revoked_token")


async def test_other_services_are_told_of_a_changed_role(service: Service, admin: str) -> None:
    await define(service, admin, "reader", "reports:read")

    content = {"description": "", "permissions": [], "parents": []}
    await service.ask("PUT", "/admin/roles/reader", content, token=admin)
    told = await service.ask("GET", "/auth/revocations", token=admin)

    assert told.json()["revocations"] == [
        {"role": "reader", "least_version": 2, "until": "2030-06-01T12:16:10.123456Z"}
    ]


@pytest.mark.covers("AUZ-05", "AUZ-07", "AUZ-08")
@pytest.mark.parametrize(
    ("role", "change", "status", "code"),
    [
        ("admin", {}, 403, "system_role"),
        ("boss", {}, 404, "role_not_found"),
        ("reader", {"parents": ["reader"]}, 409, "role_cycle"),
        ("reader", {"parents": ["clerk"]}, 409, "role_cycle"),
        ("reader", {"parents": ["boss"]}, 422, "unknown_parent"),
        ("reader", {"permissions": ["everything"]}, 422, "rejected"),
        ("reader", {"permissions": ["reports:read "]}, 422, "rejected"),
        ("reader", {"permissions": "*"}, 422, "rejected"),
        ("reader", {"description": "\u202e"}, 422, "rejected"),
        ("reader", {"system": True}, 422, "rejected"),
        ("Reader", {}, 422, "rejected"),
    ],
)
async def test_what_cannot_be_is_refused(
    service: Service, admin: str, role: str, change: dict[str, object], *, status: int, code: str
) -> None:
    await define(service, admin, "reader", "reports:read")
    await define(service, admin, "clerk", parents=("reader",))
    content = {"description": "", "permissions": [], "parents": [], **change}

    answer = await service.ask("PUT", f"/admin/roles/{role}", content, token=admin)

    assert (answer.status, answer.code) == (status, code)
    kept = await service.ask("GET", "/admin/roles/reader", token=admin)
    assert kept.json()["permissions"] == ["reports:read"]


@pytest.mark.covers("AUZ-03")
@pytest.mark.parametrize("left_out", ["description", "permissions", "parents"])
async def test_nothing_is_lost_by_leaving_it_out(service: Service, admin: str, left_out: str) -> None:
    await define(service, admin, "reader", "reports:read")
    content = {"description": "", "permissions": [], "parents": []}
    del content[left_out]

    answer = await service.ask("PUT", "/admin/roles/reader", content, token=admin)

    assert (answer.status, answer.code) == (422, "rejected")


async def test_the_place_of_every_fault_is_told(service: Service, admin: str) -> None:
    document = {"name": "clerk", "description": "", "permissions": ["a:b", "a"], "parents": ["B"]}

    answer = await service.ask("POST", "/admin/roles", document, token=admin)

    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("#/permissions/1", "invalid_permission"),
        ("#/parents/0", "invalid_role_name"),
    ]


async def test_a_role_in_use_stays(service: Service, admin: str) -> None:
    await define(service, admin, "reader", "reports:read")
    await holder(service, "reader@example.com", "reader")

    answer = await service.ask("DELETE", "/admin/roles/reader", token=admin)

    assert (answer.status, answer.code) == (409, "role_in_use")


async def test_a_preview_tells_who_would_be_affected_and_changes_nothing(service: Service, admin: str) -> None:
    await define(service, admin, "reader", "reports:read")
    people = sorted([await holder(service, f"{name}@example.com", "reader") for name in ("ada", "bob", "cy")])
    content = {"description": "", "permissions": ["reports:write"], "parents": []}

    first = await service.ask("POST", "/admin/roles/reader/preview", content, token=admin, query=b"limit=2")
    cursor = first.json()["next_cursor"]
    second = await service.ask(
        "POST", "/admin/roles/reader/preview", content, token=admin, query=f"limit=2&cursor={cursor}".encode()
    )
    forged = await service.ask("POST", "/admin/roles/reader/preview", content, token=admin, query=b"cursor=1%20OR%201")

    told = first.json()
    assert (told["users_who_gain"], told["users_who_lose"]) == (3, 3)
    assert told["groups"] == [
        {"roles": ["reader", "user"], "users": 3, "gains": ["reports:write"], "losses": ["reports:read"]}
    ]
    assert [each["user_id"] for page in (told, second.json()) for each in page["items"]] == [who for who, _ in people]
    assert second.json()["next_cursor"] is None
    assert (forged.status, forged.json()["errors"][0]["parameter"]) == (422, "cursor")
    assert (await service.ask("GET", "/auth/me", token=people[0][1])).status == 200


async def test_a_permission_is_explained(service: Service, admin: str) -> None:
    await define(service, admin, "reader", "reports:*")
    await define(service, admin, "clerk", parents=("reader",))
    user_id, _ = await holder(service, "clerk@example.com", "clerk")

    has = await service.ask("GET", f"/admin/users/{user_id}/permissions/reports:read", token=admin)
    lacks = await service.ask("GET", f"/admin/users/{user_id}/permissions/invoices:*", token=admin)
    nonsense = await service.ask("GET", f"/admin/users/{user_id}/permissions/reports", token=admin)
    roles = await service.ask("GET", f"/admin/users/{user_id}/roles", token=admin)

    assert (has.json()["allowed"], has.json()["path"], has.json()["granted"]) == (
        True,
        ["clerk", "reader"],
        "reports:*",
    )
    assert (lacks.json()["allowed"], lacks.json()["missing"]) == (False, ["admin"])
    assert (nonsense.status, nonsense.code) == (422, "invalid_permission")
    assert [each["role"] for each in roles.json()["roles"]] == ["clerk", "user"]


@pytest.mark.covers("AUZ-06")
@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/admin/roles", "roles:read"),
        ("GET", "/admin/roles/user", "roles:read"),
        ("POST", "/admin/roles", "roles:write"),
        ("PUT", "/admin/roles/mine", "roles:write"),
        ("DELETE", "/admin/roles/spare", "roles:write"),
        ("POST", "/admin/roles/mine/preview", "roles:read"),
        ("GET", "/admin/users/{user}/roles", "roles:read"),
        ("PUT", "/admin/users/{user}/roles", "roles:assign"),
        ("GET", "/admin/users/{user}/permissions/a:b", "roles:read"),
    ],
)
async def test_each_route_asks_for_one_permission(
    service: Service, admin: str, method: str, path: str, needed: str
) -> None:
    await define(service, admin, "mine", needed)
    await define(service, admin, "others", *({"roles:read", "roles:write", "roles:assign"} - {needed}))
    await define(service, admin, "spare")
    user_id, with_it = await holder(service, "mine@example.com", "mine")
    _, without = await holder(service, "others@example.com", "others")
    document = {
        "/admin/roles": {"name": "new", "description": "", "permissions": [], "parents": []},
        "/admin/users/{user}/roles": {"roles": ["mine", "user"]},
    }.get(path, {"description": "", "permissions": [needed], "parents": []})
    path, sent = path.format(user=user_id), document if method in {"POST", "PUT"} else None

    refused = await service.ask(method, path, sent, token=without)
    let_in = await service.ask(method, path, sent, token=with_it)
    anonymous = await service.ask(method, path, sent)

    assert (refused.status, refused.code) == (403, "permission_denied")
    assert let_in.status in {200, 201, 204}
    assert anonymous.status == 401


async def test_a_role_that_has_changed_since_it_was_read_is_left_as_it_is(service: Service, admin: str) -> None:
    created = await service.ask("POST", "/admin/roles", {"name": "accountant", **ACCOUNTANT}, token=admin)
    described = await service.ask("PUT", "/admin/roles/accountant", {**ACCOUNTANT, "description": "x"}, token=admin)
    read = await service.ask("GET", "/admin/roles/accountant", token=admin)
    tags = [answer.header("etag") or "" for answer in (created, described, read)]
    stale, known = ((b"if-match", tag.encode()) for tag in tags[:2])

    for method, document in (("PUT", ACCOUNTANT), ("DELETE", None)):
        refused = await service.ask(method, "/admin/roles/accountant", document, token=admin, headers=(stale,))
        assert (refused.status, refused.code) == (412, "precondition_failed")
    done = await service.ask("DELETE", "/admin/roles/accountant", token=admin, headers=(known,))

    assert tags[0] != tags[1] == tags[2]
    assert done.status == 204


async def test_roles_of_a_user_that_have_changed_since_they_were_read_are_left_as_they_are(
    service: Service, admin: str
) -> None:
    user_id, _ = await holder(service, "user@example.com")
    address = f"/admin/users/{user_id}/roles"
    read = await service.ask("GET", address, token=admin)
    seen = (b"if-match", (read.header("etag") or "").encode())

    first = await service.ask("PUT", address, {"roles": ["admin", "user"]}, token=admin, headers=(seen,))
    second = await service.ask("PUT", address, {"roles": []}, token=admin, headers=(seen,))

    assert (first.status, second.status, second.code) == (200, 412, "precondition_failed")
    now = await service.ask("GET", address, token=admin)
    assert now.header("etag") == first.header("etag") != read.header("etag")
