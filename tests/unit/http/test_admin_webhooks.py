"""Administrators have programs told what happens."""

from typing import Any

import pytest

from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN
from auth_core.outbox.model import State
from auth_core.testing import NOON
from tests.unit.http.service import PASSWORD, Service

PATH = "/admin/webhooks"
CRM = {"url": "https://crm.example.com/hooks", "types": ["user.registered"], "description": "The customer database"}
NOBODY = "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"


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
    answer = await service.ask("POST", PATH, CRM | other, token=admin)
    assert answer.status == 201, answer.json()
    created: dict[str, Any] = answer.json()
    return created


async def test_a_webhook_is_made_and_its_secret_is_told_once(service: Service, admin: str) -> None:
    answer = await service.ask("POST", PATH, CRM, token=admin)
    created = answer.json()
    read = await service.ask("GET", f"{PATH}/{created['webhook']['id']}", token=admin)
    listed = await service.ask("GET", PATH, token=admin)

    assert (answer.status, answer.header("cache-control")) == (201, "no-store")
    assert created["secret"].startswith("whsec_")
    assert created["webhook"] == CRM | {
        "id": created["webhook"]["id"],
        "created_at": "2030-06-01T12:00:00.123456Z",
        "disabled_at": None,
        "disabled_because": None,
        "secret_made_at": "2030-06-01T12:00:00.123456Z",
        "replaced_secrets_sign_until": [],
    }
    assert read.json() == created["webhook"]
    assert listed.json() == {"items": [created["webhook"]]}


async def test_a_repeated_request_with_a_key_makes_one_webhook_and_tells_its_secret_again(
    service: Service, admin: str
) -> None:
    key = ((b"idempotency-key", b"once"),)
    first, second = [await service.ask("POST", PATH, CRM, token=admin, headers=key) for _ in range(2)]

    assert first.json() == second.json()
    assert len((await service.ask("GET", PATH, token=admin)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"url": "http://crm.example.com/"}, "url", "invalid_webhook_url"),
        ({"url": "https://169.254.169.254/latest"}, "url", "invalid_webhook_url"),
        ({"types": ["login.failed"]}, "types", "unknown_event_type"),
        ({"types": []}, "types", "unknown_event_type"),
        ({"description": "a\nb"}, "description", "invalid_webhook_description"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused_with_its_place(
    service: Service, admin: str, asked: dict[str, object], pointer: str, code: str
) -> None:
    answer = await service.ask("POST", PATH, CRM | asked, token=admin)

    assert (answer.status, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == f"#/{pointer}"


async def test_it_is_changed_disabled_and_deleted(service: Service, admin: str) -> None:
    path = f"{PATH}/{(await create(service, admin))['webhook']['id']}"

    changed = await service.ask("PATCH", path, {"types": ["*"], "disabled": True}, token=admin)
    deleted = await service.ask("DELETE", path, token=admin)
    gone = await service.ask("GET", path, token=admin)

    assert (changed.json()["types"], changed.json()["url"]) == (["*"], CRM["url"])
    assert changed.json()["disabled_because"] == "operator"
    assert (deleted.status, gone.status, gone.json()["code"]) == (204, 404, "webhook_not_found")


async def test_its_secret_is_replaced_with_an_overlap_unless_none_is_wanted(service: Service, admin: str) -> None:
    created = await create(service, admin)
    path = f"{PATH}/{created['webhook']['id']}/secret"

    by_default = (await service.ask("POST", path, {}, token=admin)).json()
    at_once = (await service.ask("POST", path, {"overlap_seconds": 0}, token=admin)).json()
    too_long = await service.ask("POST", path, {"overlap_seconds": 8 * 86400}, token=admin)

    assert by_default["webhook"]["replaced_secrets_sign_until"] == ["2030-06-02T12:00:00.123456Z"]
    assert at_once["webhook"]["replaced_secrets_sign_until"] == []
    assert len({created["secret"], by_default["secret"], at_once["secret"]}) == 3
    assert too_long.json()["code"] == "webhook_overlap_too_long"


async def test_a_test_tells_what_came_of_it(service: Service, admin: str) -> None:
    path = f"{PATH}/{(await create(service, admin))['webhook']['id']}/test"

    answer = await service.ask("POST", path, token=admin)

    assert answer.json() == {"taken": False, "status": None, "reason": "Nobody sends webhooks here."}


async def given_up(service: Service) -> None:
    queue, claim, now = service.auth.webhooks.look.queue, service.auth.webhooks.create.ids.claim(), service.clock.now()
    for each in await queue.claim(claim, limit=20, now=now, until=now):
        await queue.end(each.id, claim, State.DEAD, now=now, reason="The receiver answered 500.")


async def test_what_became_of_deliveries_is_listed_page_by_page_and_replayed(service: Service, admin: str) -> None:
    webhook = await create(service, admin)
    path = f"{PATH}/{webhook['webhook']['id']}"
    for number in range(3):
        await service.register(email=f"somebody{number}@example.com")
    await given_up(service)

    first = (await service.ask("GET", f"{path}/deliveries", query=b"state=dead&limit=2", token=admin)).json()
    query = f"state=dead&limit=2&cursor={first['next_cursor']}".encode()
    rest = (await service.ask("GET", f"{path}/deliveries", query=query, token=admin)).json()
    one = await service.ask("POST", f"{path}/deliveries/{first['items'][0]['id']}/replay", token=admin)
    again = await service.ask("POST", f"{path}/deliveries/{first['items'][0]['id']}/replay", token=admin)
    others = await service.ask("POST", f"{path}/replay", {"since": NOON.isoformat()}, token=admin)
    bad = await service.ask("GET", f"{path}/deliveries", query=b"cursor=nowhere", token=admin)

    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]
    assert first["items"][0] | {"id": "", "event_id": "", "webhook_id": ""} == {
        "id": "",
        "webhook_id": "",
        "event_id": "",
        "type": "user.registered",
        "state": "dead",
        "attempts": 1,
        "happened_at": "2030-06-01T12:00:00.123456Z",
        "due_at": "2030-06-01T12:00:00.123456Z",
        "over_at": "2030-06-01T12:00:00.123456Z",
        "reason": "The receiver answered 500.",
    }
    assert (one.json()["state"], one.json()["attempts"]) == ("waiting", 0)
    assert (again.status, again.json()["code"]) == (404, "webhook_delivery_not_found")
    assert others.json() == {"replayed": 2}
    assert (bad.status, bad.json()["code"]) == (422, "invalid_delivery_cursor")


@pytest.mark.parametrize("since", ["yesterday", 0, None, "2030-06-01T12:00:00"])
async def test_a_moment_needs_its_offset(service: Service, admin: str, since: object) -> None:
    path = f"{PATH}/{(await create(service, admin))['webhook']['id']}/replay"

    answer = await service.ask("POST", path, {"since": since}, token=admin)

    assert answer.status == 422
