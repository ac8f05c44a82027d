"""Administrators make, change, close, delete and restore accounts over HTTP, and see to passwords and sessions."""

from typing import Any

import pytest

from tests.unit.http.asgi import Answer
from tests.unit.http.service import PASSWORD, Service
from tests.unit.http.test_rights import holder

NEW = {"email": "new@example.com", "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
OTHER_PASSWORD = "a quite different long password"


async def admin_of(service: Service) -> str:
    _, token = await holder(service, "admin@example.com", "admin")
    return token


async def user_of(service: Service) -> tuple[str, str]:
    return await holder(service, "user@example.com")


def if_match(*tags: str) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((b"if-match", tag.encode()) for tag in tags)


def etag(answer: Answer) -> str:
    return answer.header("etag") or ""


async def test_an_account_is_created_and_its_owner_chooses_a_password(service: Service) -> None:
    admin = await admin_of(service)

    answer = await service.ask("POST", "/admin/users", {**NEW, "must_change_password": True}, token=admin)
    refused = await service.log_in(email=NEW["email"])
    credentials = {"email": NEW["email"], "password": PASSWORD, "new_password": OTHER_PASSWORD}
    accepted = await service.ask("POST", "/auth/login", credentials)

    assert (answer.status, answer.json()["email"], answer.json()["version"]) == (201, NEW["email"], 0)
    assert etag(answer) == '"0"'
    assert (refused.status, refused.code) == (403, "password_change_required")
    assert accepted.status == 200
    assert (await service.log_in(email=NEW["email"], password=OTHER_PASSWORD)).status == 200


async def test_the_token_endpoint_says_it_in_its_own_words(service: Service) -> None:
    admin = await admin_of(service)
    user_id, _ = await user_of(service)
    forced = await service.ask("POST", f"/admin/users/{user_id}/force-password-change", token=admin)

    answer = await service.ask(
        "POST",
        "/auth/token",
        form=f"grant_type=password&username=user@example.com&password={PASSWORD.replace(' ', '+')}".encode(),
    )

    assert forced.status == 204
    assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.covers("AUZ-06")
async def test_roles_are_given_with_an_account_by_who_may_give_them(service: Service) -> None:
    admin = await admin_of(service)
    for name, permissions in (("helper", ["users:write"]), ("giver", ["users:write", "roles:assign"])):
        role = {"name": name, "description": "", "permissions": permissions, "parents": []}
        assert (await service.ask("POST", "/admin/roles", role, token=admin)).status == 201
    _, helper = await holder(service, "helper@example.com", "helper")
    _, giver = await holder(service, "giver@example.com", "giver")

    async def create(token: str, *roles: str) -> tuple[int, str]:
        answer = await service.ask("POST", "/admin/users", {**NEW, "roles": roles}, token=token)
        return answer.status, answer.code if answer.status >= 400 else ""

    assert await create(helper, "helper") == (403, "permission_denied")
    assert await create(giver, "admin") == (403, "beyond_your_rights")
    assert await create(admin, "nothing") == (404, "role_not_found")
    assert await create(giver, "helper") == (201, "")


async def test_some_or_all_of_a_user_is_changed(service: Service) -> None:
    admin = await admin_of(service)
    user_id, _ = await user_of(service)
    address = f"/admin/users/{user_id}"

    some = await service.ask("PATCH", address, {"last_name": "King"}, token=admin)
    everything = {"first_name": "Augusta", "last_name": "Byron", "email": "augusta@example.com"}
    all_of_it = await service.ask("PUT", address, everything, token=admin)
    nothing = await service.ask("PATCH", address, {}, token=admin)

    assert (some.json()["first_name"], some.json()["last_name"], some.json()["version"]) == ("Ada", "King", 1)
    assert {name: all_of_it.json()[name] for name in everything} == everything
    assert (nothing.status, nothing.json()) == (200, all_of_it.json())
    assert (await service.log_in(email="augusta@example.com")).status == 200
    assert (await service.log_in(email="user@example.com")).status == 401


@pytest.mark.covers("AUZ-03")
async def test_a_round_trip_keeps_all_that_is_not_written(service: Service) -> None:
    admin = await admin_of(service)
    user_id, _ = await holder(service, "user@example.com", "admin")
    await service.ask("POST", f"/admin/users/{user_id}/force-password-change", token=admin)
    before = (await service.ask("POST", f"/admin/users/{user_id}/disable", token=admin)).json()

    written = {name: before[name] for name in ("first_name", "last_name", "email")}
    after = await service.ask("PUT", f"/admin/users/{user_id}", written, token=admin)

    assert after.json() == before
    read = await service.ask("GET", f"/admin/users/{user_id}", token=admin)
    assert read.json() == before | {"roles": ["admin", "user"]}
    assert etag(read) == etag(after) == f'"{before["version"]}"'
    await service.ask("POST", f"/admin/users/{user_id}/enable", token=admin)
    assert (await service.log_in(email="user@example.com")).code == "password_change_required"
    roles = (await service.ask("GET", f"/admin/users/{user_id}/roles", token=admin)).json()["roles"]
    assert [each["role"] for each in roles] == ["admin", "user"]


async def test_an_address_is_nobody_elses(service: Service) -> None:
    admin = await admin_of(service)
    user_id, _ = await user_of(service)

    taken = await service.ask("PATCH", f"/admin/users/{user_id}", {"email": "ADMIN@example.com"}, token=admin)
    wrong = await service.ask("PATCH", f"/admin/users/{user_id}", {"email": "x", "first_name": ""}, token=admin)

    assert (taken.status, taken.code) == (409, "email_taken")
    assert [each["pointer"] for each in wrong.json()["errors"]] == ["#/first_name", "#/email"]


@pytest.mark.covers("AUZ-12")
async def test_an_account_is_closed_opened_deleted_and_restored(service: Service) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)

    async def do(action: str, method: str = "POST") -> tuple[int, str]:
        answer = await service.ask(method, f"/admin/users/{user_id}{action}", token=admin)
        return answer.status, str(answer.json().get("status")) if answer.body else ""

    assert await do("/disable") == (200, "disabled")
    assert (await service.ask("GET", "/auth/me", token=token)).code == "revoked_token"
    assert await do("/enable") == (200, "active")
    assert await do("", "DELETE") == (204, "")
    assert (await service.log_in(email="user@example.com")).code == "invalid_credentials"
    assert await do("/enable") == (409, "409")
    assert await do("/restore") == (200, "active")
    assert (await service.log_in(email="user@example.com")).status == 200


@pytest.mark.covers("AUZ-04")
async def test_the_last_administrator_stays(service: Service) -> None:
    admin_id, admin = await holder(service, "admin@example.com", "admin")

    deleted = await service.ask("DELETE", f"/admin/users/{admin_id}", token=admin)
    disabled = await service.ask("POST", f"/admin/users/{admin_id}/disable", token=admin)

    assert (deleted.status, deleted.code) == (disabled.status, disabled.code) == (409, "last_administrator")


@pytest.mark.covers("AUZ-06")
async def test_a_delegated_administrator_does_not_reset_a_superuser(service: Service) -> None:
    admin_id, admin = await holder(service, "admin@example.com", "admin")
    role = {"name": "helper", "description": "", "permissions": ["users:*", "sessions:*"], "parents": []}
    await service.ask("POST", "/admin/roles", role, token=admin)
    _, helper = await holder(service, "helper@example.com", "helper")

    for method, path, document in (
        ("POST", "/password", {}),
        ("POST", "/force-password-change", None),
        ("PATCH", "", {"email": "mine@example.com"}),
        ("DELETE", "", None),
        ("DELETE", "/sessions", None),
    ):
        answer = await service.ask(method, f"/admin/users/{admin_id}{path}", document, token=helper)

        assert (answer.status, answer.code) == (403, "beyond_your_rights")
    assert (await service.log_in(email="admin@example.com")).status == 200


async def test_a_password_is_reset_to_a_given_or_a_made_up_one(service: Service) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)
    address = f"/admin/users/{user_id}/password"

    given = await service.ask("POST", address, {"password": OTHER_PASSWORD, "must_change": False}, token=admin)
    refused = await service.ask("GET", "/auth/me", token=token)
    entered = await service.log_in(email="user@example.com", password=OTHER_PASSWORD)
    made_up = await service.ask("POST", address, {}, token=admin)
    weak = await service.ask("POST", address, {"password": "short"}, token=admin)

    assert given.json() == {"password": None, "must_change": False, "sessions_ended": 1}
    assert (refused.code, entered.status) == ("revoked_token", 200)
    assert (made_up.json()["must_change"], made_up.json()["sessions_ended"]) == (True, 1)
    assert made_up.header("cache-control") == "no-store"
    told = await service.log_in(email="user@example.com", password=made_up.json()["password"])
    assert told.code == "password_change_required"
    assert (weak.status, weak.code) == (422, "weak_password")


async def test_sessions_of_a_user_are_listed_and_ended(service: Service) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)
    address = f"/admin/users/{user_id}/sessions"
    await service.log_in(email="user@example.com")

    listed = (await service.ask("GET", address, token=admin)).json()
    one = listed["items"][-1]["id"]
    ended = await service.ask("DELETE", f"{address}/{one}", token=admin)
    left = (await service.ask("GET", address, token=admin)).json()
    everything = await service.ask("DELETE", address, token=admin)
    elsewhere = await service.ask("DELETE", f"{address}/{user_id}", token=admin)

    assert (listed["user_id"], [each["current"] for each in listed["items"]]) == (user_id, [False, False])
    assert (ended.status, [each["id"] for each in left["items"]]) == (204, [listed["items"][0]["id"]])
    assert everything.status == 204
    assert (await service.ask("GET", address, token=admin)).json()["items"] == []
    assert (await service.ask("GET", "/auth/me", token=token)).code == "revoked_token"
    assert (elsewhere.status, elsewhere.code) == (404, "session_not_found")


WRITES: dict[str, Any] = {
    "PATCH /admin/users/{id}": {"first_name": "Augusta"},
    "PUT /admin/users/{id}": {"first_name": "Augusta", "last_name": "King", "email": "king@example.com"},
    "DELETE /admin/users/{id}": None,
    "PATCH /auth/me": {"first_name": "Augusta"},
    "PUT /auth/me": {"first_name": "Augusta", "last_name": "King"},
}


@pytest.mark.parametrize("route", WRITES)
async def test_what_has_changed_since_it_was_read_is_left_as_it_is(service: Service, route: str) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)
    method, path = route.split(" ")
    address, who = path.replace("{id}", user_id), token if path == "/auth/me" else admin
    read = etag(await service.ask("GET", "/auth/me", token=token))
    changed = await service.ask("PATCH", f"/admin/users/{user_id}", {"last_name": "Byron"}, token=admin)
    assert etag(changed) != read

    for stale in ([read], [f"W/{etag(changed)}"], ["nonsense"], [""], [read, '"other"'], [f"{etag(changed)}, bad"]):
        refused = await service.ask(method, address, WRITES[route], token=who, headers=if_match(*stale))
        assert (refused.status, refused.code) == (412, "precondition_failed"), stale
    known = if_match(read, f'"other" , {etag(changed)}')
    done = await service.ask(method, address, WRITES[route], token=who, headers=known)

    assert done.status in {200, 204}


@pytest.mark.parametrize("route", WRITES)
async def test_any_state_will_do_for_who_does_not_say_what_they_have_seen(service: Service, route: str) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)
    method, path = route.split(" ")
    address, who = path.replace("{id}", user_id), token if path == "/auth/me" else admin

    answers = [
        await service.ask(method, address, WRITES[route], token=who, headers=headers)
        for headers in (if_match("*"), ())
        if method != "DELETE" or headers
    ]

    assert all(answer.status in {200, 204} for answer in answers)


@pytest.mark.covers("AUZ-03", "HTTP-19")
@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("POST", "/admin/users", NEW),
        ("PATCH", "/admin/users/{id}", {"first_name": "Augusta"}),
        ("PUT", "/admin/users/{id}", WRITES["PUT /admin/users/{id}"]),
        ("POST", "/admin/users/{id}/password", {"must_change": False}),
        ("PATCH", "/auth/me", {"first_name": "Augusta"}),
        ("PUT", "/auth/me", {"first_name": "Augusta", "last_name": "King"}),
        ("POST", "/auth/login", {"email": "user@example.com", "password": PASSWORD}),
    ],
)
async def test_nothing_is_assigned_that_is_not_asked_for(
    service: Service, method: str, path: str, document: dict[str, Any]
) -> None:
    admin = await admin_of(service)
    user_id, _ = await user_of(service)
    address = path.replace("{id}", user_id)
    events = len(service.store.committed.events)
    first = next(iter(document))
    smuggled: list[dict[str, Any]] = [
        {"id": user_id}, {"status": "active"}, {"is_active": True}, {"is_superuser": True}, {"permissions": ["*"]},
        {"security_version": 0}, {"version": 9}, {"password_hash": "x"}, {"email_canonical": "x@example.com"},
        {"deleted_at": None}, {"tenant": "x"}, {"user": {"status": "active"}}, {"password.must_change": False},
        {"roles[]": "admin"}, {f" {first}": "x"}, {first.upper(): "x"}, {first.title(): "x"}, {"ﬁrst_name": "x"},
        {first: {"value": "x"}}, {first: ["x"]}, {first: None}, {"__proto__": {"roles": ["admin"]}},
    ]  # fmt: skip
    if path != "/admin/users":
        smuggled.append({"roles": ["admin"]})

    for members in smuggled:
        answer = await service.ask(method, address, document | members, token=admin)
        assert (answer.status, answer.code) == (422, "rejected"), members
    twice = f'{{"{first}": "x", "{first}": "y"}}'.encode()
    assert (await service.ask(method, address, twice, token=admin)).status == 422

    assert len(service.store.committed.events) == events


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("PATCH", "", {"first_name": "Augusta"}),
        ("PUT", "", WRITES["PUT /admin/users/{id}"]),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("POST", "/disable", None),
        ("POST", "/enable", None),
        ("POST", "/password", {}),
        ("POST", "/force-password-change", None),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("DELETE", "/sessions/0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", None),
    ],
)
async def test_there_has_to_be_a_permission_and_somebody(
    service: Service, method: str, path: str, document: object
) -> None:
    admin = await admin_of(service)
    user_id, token = await user_of(service)

    denied = await service.ask(method, f"/admin/users/{user_id}{path}", document, token=token)
    nobody = await service.ask(
        method, f"/admin/users/01a20b79-6948-7ac8-969a-72438db0f816{path}", document, token=admin
    )

    assert (denied.status, denied.code) == (403, "permission_denied")
    assert (nobody.status, nobody.code) == (404, "user_not_found")
