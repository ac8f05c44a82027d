"""Administrators look after the services that may ask us."""

from typing import Any

import pytest

from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN
from auth_core.audit.events import EventKind
from tests.unit.http.clients import INTROSPECT, Client
from tests.unit.http.service import PASSWORD, Service

PATH = "/admin/clients"
NOBODY = "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"
INVOICES = {"name": "invoices", "permissions": ["tokens:introspect", "revocations:read"]}


@pytest.fixture
async def admin(service: Service) -> str:
    user = await service.auth.users.create(
        email="admin@example.com",
        password=Redacted(PASSWORD),
        first_name="Ada",
        last_name="Lovelace",
        roles=(ADMIN.name,),
        actor=None,
        origin=Origin(),
    )
    held = await service.auth.login.log_in(email=user.email.address, password=Redacted(PASSWORD), origin=Origin())
    return held.tokens.access_token.reveal()


async def create(service: Service, admin: str, **other: object) -> dict[str, Any]:
    answer = await service.ask("POST", PATH, INVOICES | other, token=admin)
    assert answer.status == 201
    created: dict[str, Any] = answer.json()
    return created


def believed(service: Service, created: dict[str, Any]) -> Client:
    return Client(service=service, id=created["client"]["client_id"], secret=created["client_secret"])


async def works(client: Client) -> bool:
    answer = await client.ask(INTROSPECT, token="x")
    return answer.status == 200


@pytest.mark.covers("AUZ-10")
async def test_a_client_is_made_and_its_secret_is_told_once(service: Service, admin: str) -> None:
    answer = await service.ask("POST", PATH, INVOICES, token=admin)
    created = answer.json()
    path = f"{PATH}/{created['client']['client_id']}"
    read = await service.ask("GET", path, token=admin)
    listed = await service.ask("GET", PATH, token=admin)

    assert (answer.status, answer.header("cache-control")) == (201, "no-store")
    assert created["client"] == {
        "client_id": created["client"]["client_id"],
        "name": "invoices",
        "permissions": ["revocations:read", "tokens:introspect"],
        "created_at": "2030-06-01T12:00:00.123456Z",
        "disabled_at": None,
        "secret_made_at": "2030-06-01T12:00:00.123456Z",
        "replaced_secrets_good_until": [],
    }
    assert read.json() == created["client"]
    assert listed.json() == {"items": [created["client"]]}
    assert created["client_secret"].encode() not in read.body + listed.body
    assert await works(believed(service, created))


@pytest.mark.covers("AUZ-09")
async def test_what_a_client_may_do_changes_and_what_is_left_out_stays(service: Service, admin: str) -> None:
    created = await create(service, admin)
    client, path = believed(service, created), f"{PATH}/{created['client']['client_id']}"

    nothing = await service.ask("PATCH", path, {}, token=admin)
    disabled = await service.ask("PATCH", path, {"disabled": True}, token=admin)
    while_disabled = await works(client)
    enabled = await service.ask("PATCH", path, {"disabled": False}, token=admin)
    while_enabled = await works(client)
    forbidden = await service.ask("PATCH", path, {"permissions": ["revocations:read"]}, token=admin)

    assert nothing.json() == created["client"]
    assert disabled.json() == created["client"] | {"disabled_at": "2030-06-01T12:00:00.123456Z"}
    assert enabled.json() == created["client"]
    assert forbidden.json() == created["client"] | {"permissions": ["revocations:read"]}
    assert (while_disabled, while_enabled, await works(client)) == (False, True, False)


async def test_a_secret_is_replaced_with_an_overlap_or_at_once(service: Service, admin: str) -> None:
    created = await create(service, admin)
    path = f"{PATH}/{created['client']['client_id']}/secret"

    usual = await service.ask("POST", path, {}, token=admin)
    first, second = believed(service, created), believed(service, usual.json())
    in_the_overlap = (await works(first), await works(second))
    at_once = await service.ask("POST", path, {"overlap_seconds": 0}, token=admin)
    third = believed(service, at_once.json())

    assert usual.header("cache-control") == at_once.header("cache-control") == "no-store"
    assert usual.json()["client"]["replaced_secrets_good_until"] == ["2030-06-02T12:00:00.123456Z"]
    assert at_once.json()["client"]["replaced_secrets_good_until"] == []
    assert in_the_overlap == (True, True)
    assert [await works(each) for each in (first, second, third)] == [False, False, True]


async def test_a_deleted_client_is_not_found(service: Service, admin: str) -> None:
    created = await create(service, admin)
    path = f"{PATH}/{created['client']['client_id']}"

    answers = [await service.ask("DELETE", path, token=admin) for _ in range(2)]

    assert [each.status for each in answers] == [204, 404]
    assert not await works(believed(service, created))


async def test_a_client_that_is_not_there_is_not_found(service: Service, admin: str) -> None:
    for method, path, document in (
        ("GET", f"{PATH}/{NOBODY}", None),
        ("PATCH", f"{PATH}/{NOBODY}", {"disabled": True}),
        ("DELETE", f"{PATH}/{NOBODY}", None),
        ("POST", f"{PATH}/{NOBODY}/secret", {}),
    ):
        answer = await service.ask(method, path, document, token=admin)

        assert (answer.status, answer.code) == (404, "client_not_found")


@pytest.mark.parametrize(
    ("document", "status", "place"),
    [
        ({"name": "In Voices"}, 422, {"pointer": "#/name", "code": "invalid_client_name"}),
        ({"permissions": ["*"]}, 422, {"pointer": "#/permissions", "code": "unknown_client_permission"}),
        ({"permissions": "tokens:introspect"}, 422, {"pointer": "#/permissions", "code": "invalid_value"}),
        ({"permissions": None}, 422, {"pointer": "#/permissions", "code": "invalid_value"}),
        ({"secret": "mine"}, 422, {"pointer": "#", "code": "unknown_member"}),
    ],
)
async def test_what_is_wrong_with_a_client_is_told_with_its_place(
    service: Service, admin: str, document: dict[str, object], status: int, place: dict[str, str]
) -> None:
    answer = await service.ask("POST", PATH, INVOICES | document, token=admin)

    assert answer.status == status
    [error] = answer.json()["errors"]
    assert place.items() <= error.items()
    assert (await service.ask("GET", PATH, token=admin)).json() == {"items": []}


async def test_a_name_that_is_taken_is_a_conflict(service: Service, admin: str) -> None:
    await create(service, admin)

    answer = await service.ask("POST", PATH, INVOICES, token=admin)

    assert (answer.status, answer.code) == (409, "client_name_taken")


@pytest.mark.parametrize("overlap", [-1, 604_801, 10**12, 1.5, "3600", None, True])
async def test_an_overlap_that_nobody_can_mean_is_refused(service: Service, admin: str, overlap: object) -> None:
    created = await create(service, admin)
    path = f"{PATH}/{created['client']['client_id']}/secret"

    answer = await service.ask("POST", path, {"overlap_seconds": overlap}, token=admin)

    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "#/overlap_seconds"
    assert await works(believed(service, created))


@pytest.mark.covers("R-A1", "R-A3")
async def test_nobody_looks_after_clients_without_the_permission(service: Service, admin: str) -> None:
    created = await create(service, admin)
    path = f"{PATH}/{created['client']['client_id']}"
    person = (await service.signed_in())["access_token"]
    calls: tuple[tuple[str, str, object], ...] = (
        ("GET", PATH, None), ("POST", PATH, INVOICES | {"name": "mine"}), ("GET", path, None),
        ("PATCH", path, {"disabled": True}), ("DELETE", path, None), ("POST", f"{path}/secret", {}),
    )  # fmt: skip

    for method, address, document in calls:
        as_nobody = await service.ask(method, address, document)
        as_somebody = await service.ask(method, address, document, token=person)
        as_the_client = await service.ask(method, address, document, headers=(believed(service, created).basic,))

        assert (as_nobody.status, as_nobody.code) == (401, "missing_token")
        assert (as_somebody.status, as_somebody.code) == (403, "permission_denied")
        assert (as_the_client.status, as_the_client.code) == (401, "missing_token")
    assert (await service.ask("GET", PATH, token=admin)).json()["items"] == [created["client"]]


async def test_the_trail_knows_who_did_it(service: Service, admin: str) -> None:
    created = await create(service, admin)
    me = (await service.ask("GET", "/auth/me", token=admin)).json()["id"]

    [event] = [each for each in service.store.committed.events.values() if each.kind is EventKind.CLIENT_CREATED]
    assert str(event.actor) == me
    assert event.details["client_id"] == created["client"]["client_id"]
    assert event.origin.address == "198.51.100.7"
