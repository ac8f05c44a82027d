"""Many users at once: each item is done, audited, answered and repeated by itself."""

import asyncio
from typing import Any, Final

import pytest

from auth_core import Origin, Redacted
from auth_core.audit.events import EventKind
from auth_core.idempotency.model import Once, idempotency_key
from auth_core.users.model import User, UserStatus
from auth_http.bulk.doing import Bulk
from auth_http.bulk.items import Item
from auth_http.routers.admin.bulk import LARGEST_BODY
from tests.unit.http.asgi import Answer
from tests.unit.http.service import PASSWORD, Service

UNKNOWN: Final = "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"


def to_create(number: int, **other: object) -> dict[str, Any]:
    return {
        "key": f"hire-{number}",
        "do": "create",
        "email": f"user{number}@example.com",
        "password": PASSWORD,
        "first_name": "Grace",
        "last_name": "Hopper",
        **other,
    }


def to(do: str, user_id: str, key: str | None = None, **more: str) -> dict[str, Any]:
    return {"key": key or f"{do}-{user_id}", "do": do, "user_id": user_id, **more}


async def somebody(service: Service, *roles: str, email: str = "root@example.com") -> str:
    """Return the access token of a new user."""
    await service.auth.users.create(
        email=email, password=Redacted(PASSWORD), first_name="A", last_name="B", roles=roles,
        actor=None, origin=Origin(),
    )  # fmt: skip
    return str((await service.log_in(email=email)).json()["access_token"])


@pytest.fixture
async def admin(service: Service) -> str:
    return await somebody(service, "admin")


async def send(service: Service, token: str, *items: object) -> Answer:
    return await service.ask("POST", "/admin/users/bulk", {"items": list(items)}, token=token)


async def told(service: Service, token: str, *items: object) -> list[tuple[int, str | None]]:
    answer = await send(service, token, *items)
    assert answer.status == 200, answer.body
    return [(each["status"], each["code"]) for each in answer.json()["items"]]


@pytest.mark.covers("AUZ-16")
async def test_each_item_answers_for_itself_in_order(service: Service, admin: str) -> None:
    made = (await send(service, admin, to_create(0))).json()["items"][0]["user"]["id"]

    answer = await send(
        service,
        admin,
        to_create(1, roles=["user"]),
        to_create(2, email="user1@example.com"),
        to_create(3, password="short", email="none"),
        to("disable", made),
        to("disable", UNKNOWN),
        {"key": "unreadable", "do": "promote", "user_id": made},
        to_create(4, is_superuser=True),
        {**to_create(5), "key": "no key"},
        to("enable", made),
        to_create(6),
    )

    items = answer.json()["items"]
    assert [(each["status"], each["code"]) for each in items] == [
        (201, None), (409, "email_taken"), (422, "rejected"), (200, None), (404, "user_not_found"),
        (422, "rejected"), (422, "rejected"), (400, "invalid_idempotency_key"), (200, None), (201, None),
    ]  # fmt: skip
    assert [each["key"] for each in items][:3] == ["hire-1", "hire-2", "hire-3"]
    assert {each["pointer"] for each in items[2]["errors"]} == {"#/email", "#/password"}
    assert items[6]["errors"][0]["code"] == "unknown_member"
    assert (answer.json()["done"], answer.json()["failed"]) == (4, 6)
    kinds = [event.kind for event in service.store.committed.events.values()]
    assert kinds.count(EventKind.USER_CREATED) == 4  # the administrator, and user0, user1, user6
    assert (kinds.count(EventKind.USER_DISABLED), kinds.count(EventKind.USER_ENABLED)) == (1, 1)


async def test_everything_that_can_be_done_to_somebody_is_done_in_order_and_once(service: Service, admin: str) -> None:
    made = (await send(service, admin, to_create(0))).json()["items"][0]["user"]["id"]
    items = [
        to("update", made, last_name="Murray"),
        to("disable", made),
        to("enable", made),
        to("delete", made),
        to("restore", made),
        to("update", made, "taken", email="root@example.com"),
        to("update", made, "null") | {"email": None},
    ]
    first = (await send(service, admin, *items)).json()["items"]
    events = list(service.store.committed.events)

    again = (await send(service, admin, *items)).json()["items"]

    assert [(each["status"], each["code"]) for each in first] == [
        (200, None), (200, None), (200, None), (200, None), (200, None), (409, "email_taken"), (422, "rejected"),
    ]  # fmt: skip
    assert [each["user"]["status"] for each in first if each["user"]] == [
        "active", "disabled", "active", "deleted", "active",
    ]  # fmt: skip
    assert first[0]["user"]["last_name"] == "Murray"
    # What was refused is tried again; it came to nothing, then as now. Of what was done nothing is done again.
    assert [each for each in again if each["user"]] == [each for each in first if each["user"]]
    assert list(service.store.committed.events) == events


async def test_what_is_sent_again_is_answered_as_before_and_done_once(service: Service, admin: str) -> None:
    items = [to_create(number) for number in range(3)]
    first = await send(service, admin, *items[:2])
    events, hashes = len(service.store.committed.events), service.hasher.hashes

    again = await send(service, admin, *items)

    assert again.json()["items"][:2] == first.json()["items"]
    assert again.json()["items"][2]["status"] == 201
    assert len(service.store.committed.events) == events + 1
    assert service.hasher.hashes == hashes + 1
    assert await told(service, admin, to_create(0, first_name="Ada")) == [(422, "idempotency_key_reused")]


async def test_what_found_the_hashers_busy_is_done_when_it_is_sent_again(service: Service, admin: str) -> None:
    service.hasher.busy = True
    assert await told(service, admin, to_create(1), to("disable", UNKNOWN)) == [(503, "busy"), (404, "user_not_found")]

    service.hasher.busy = False

    assert await told(service, admin, to_create(1)) == [(201, None)]


async def test_after_its_time_nothing_more_is_begun_and_no_one_else_keeps_an_item_waiting_longer(
    service: Service, admin: str
) -> None:
    turns = asyncio.Semaphore()
    bulk = Bulk(users=service.auth.users, actor=None, origin=Origin(), turns=turns)
    now = asyncio.get_running_loop().time()

    too_late = await bulk.do(Item.read(to_create(1)), until=now)
    async with turns:
        in_line = await bulk.do(Item.read(to_create(1)), until=now)

    assert {(each.status, each.code) for each in (too_late, in_line)} == {(503, "busy")}
    assert (await bulk.do(Item.read(to_create(1)), until=now + 60)).status == 201
    assert not turns.locked()


@pytest.mark.covers("AUZ-16")
async def test_rights_count_at_every_item(service: Service, admin: str) -> None:
    await service.auth.access.define_role(name="hirer", permissions=["users:write"], actor=None, origin=Origin())
    await service.auth.access.define_role(
        name="clerk", permissions=["roles:assign"], parents=["hirer"], actor=None, origin=Origin()
    )
    clerk = await somebody(service, "clerk", email="clerk@example.com")
    hirer = await somebody(service, "hirer", email="hirer@example.com")
    boss = str(next(iter(service.store.committed.users)))

    assert await told(service, clerk, to_create(1), to_create(2, roles=["admin"]), to("disable", boss)) == [
        (201, None), (403, "beyond_your_rights"), (403, "beyond_your_rights"),
    ]  # fmt: skip
    assert await told(service, hirer, to_create(3, roles=["user"]), to_create(4)) == [
        (403, "permission_denied"), (201, None),
    ]  # fmt: skip
    user = await somebody(service, email="user@example.com")
    assert (await send(service, user, to_create(3))).code == "permission_denied"


@pytest.mark.covers("AUZ-16")
async def test_who_disables_themselves_in_the_middle_does_nothing_more(service: Service, admin: str) -> None:
    await somebody(service, "admin", email="spare@example.com")
    self = str(next(iter(service.store.committed.users)))

    assert await told(service, admin, to_create(1), to("disable", self), to_create(2)) == [
        (201, None), (200, None), (401, "revoked_token"),
    ]  # fmt: skip
    assert service.store.committed.users[next(iter(service.store.committed.users))].status is UserStatus.DISABLED


async def test_the_last_administrator_stays(service: Service, admin: str) -> None:
    self = str(next(iter(service.store.committed.users)))

    assert await told(service, admin, to("disable", self)) == [(409, "last_administrator")]


async def test_an_item_is_for_its_caller_and_no_request_with_a_header_has_its_key(service: Service, admin: str) -> None:
    other = await somebody(service, "admin", email="other@example.com")
    await send(service, admin, to_create(1))

    assert await told(service, other, to_create(1)) == [(409, "email_taken")]
    role = {"name": "clerk", "permissions": [], "description": "", "parents": []}
    reused = await service.ask("POST", "/admin/roles", role, token=admin, headers=((b"idempotency-key", b"hire-1"),))
    assert reused.code == "idempotency_key_reused"


async def test_a_thousand_items_are_taken_and_no_more_nor_none(service: Service, admin: str) -> None:
    items = [to("disable", UNKNOWN, f"key-{number}") for number in range(1001)]

    assert (await send(service, admin, *items[:1000])).json()["failed"] == 1000
    assert (await send(service, admin, *items)).status == 422
    assert (await send(service, admin)).status == 422


async def test_only_here_a_body_may_be_large(service: Service, admin: str) -> None:
    for path, size, status in (
        ("/admin/users/bulk", LARGEST_BODY - 100, 422),
        ("/admin/users/bulk", LARGEST_BODY, 413),
        ("/admin/roles", 64 * 1024, 413),
    ):
        answer = await service.ask("POST", path, {"items": "x" * size}, token=admin)
        assert answer.status == status


async def test_no_secret_of_an_item_is_shown(service: Service, admin: str) -> None:
    item = Item.read(to_create(1))
    broken = Item.read(to_create(1, is_superuser=PASSWORD))

    assert PASSWORD not in repr(item) + repr(broken)
    assert PASSWORD not in (await send(service, admin, to_create(1, password=PASSWORD, x=1))).body.decode()


def test_a_call_that_may_be_repeated_shows_nothing_of_what_it_asks_for() -> None:
    once = Once[User](key=idempotency_key("key"), caller=None, request=PASSWORD.encode(), write=lambda _: b"")

    assert PASSWORD not in repr(once)
