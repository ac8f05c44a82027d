"""The first administrator is made over HTTP by whoever has the set-up secret: once, and never without it."""

from typing import Final

import pytest
from structlog.typing import EventDict

from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN
from auth_core.audit.events import EventKind
from auth_http.settings import Settings
from tests.unit.http.asgi import Answer
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service

SECRET: Final = "q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM="
SETTINGS: Final = Settings(setup_secret=SECRET)  # pyright: ignore[reportArgumentType] - read from text


@pytest.fixture
async def service() -> Service:
    return await a_service(SETTINGS)


async def set_up(service: Service, *, secret: str = SECRET, **other: object) -> Answer:
    document = {"secret": secret, "email": EMAIL, "password": PASSWORD, "first_name": "Grace", "last_name": "Hopper"}
    return await service.ask("POST", "/setup/administrator", document | other)


def refusal(answer: Answer) -> tuple[int, dict[str, object]]:
    told = answer.json()
    del told["instance"]
    return answer.status, told


@pytest.mark.covers("AUZ-15")
async def test_whoever_has_the_secret_makes_one_administrator(service: Service, lines: list[EventDict]) -> None:
    made = await set_up(service)
    again = await set_up(service, email="other@example.com")

    assert (made.status, again.status, again.code) == (201, 403, "set_up_refused")
    [(user_id, held)] = service.store.committed.roles_held.items()
    assert set(held) == {ADMIN.name, "user"}
    assert str(user_id) == made.json()["id"]
    kinds = [event.kind for event in service.store.committed.events.values()]
    assert kinds.count(EventKind.ADMINISTRATOR_SET_UP) == 1
    assert (await service.log_in()).status == 200
    assert SECRET not in repr(lines)


@pytest.mark.covers("AUZ-15")
async def test_every_refusal_is_the_same_whatever_the_reason(service: Service) -> None:
    wrong = refusal(await set_up(service, secret="x" + SECRET[1:]))
    weak_too = refusal(await set_up(service, secret="", password="short", email="none"))
    unset = refusal(await set_up(await a_service()))
    unset_and_empty = refusal(await set_up(await a_service(), secret=""))
    await set_up(service)
    over = refusal(await set_up(service, email="other@example.com"))
    over_and_weak = refusal(await set_up(service, password="short"))

    assert wrong[0] == 403
    assert wrong == weak_too == unset == unset_and_empty == over == over_and_weak
    assert len(service.store.committed.users) == 1


@pytest.mark.covers("AUZ-15")
async def test_an_administrator_from_elsewhere_closes_it_and_a_disabled_one_does_not(service: Service) -> None:
    user = await service.auth.users.create(
        email="ada@example.com", password=Redacted(PASSWORD), first_name="A", last_name="B", roles=["admin"],
        actor=None, origin=Origin(),
    )  # fmt: skip

    assert (await set_up(service)).code == "set_up_refused"
    assert not await service.auth.users.set_up.is_open()

    await service.auth.users.change_roles(user_id=user.id, add=["user"], actor=None, origin=Origin())
    del service.store.committed.roles_held[user.id]
    assert (await set_up(service)).status == 201


@pytest.mark.covers("AUZ-15")
async def test_it_stays_closed_when_its_administrator_is_gone(service: Service) -> None:
    await set_up(service)
    service.store.committed.roles_held.clear()

    for other in ({"email": "other@example.com"}, {"password": "short"}):
        assert (await set_up(service, **other)).code == "set_up_refused"
    assert not await service.auth.users.set_up.is_open()


async def test_what_is_wrong_with_the_account_is_told_to_who_has_the_secret_and_leaves_it_open(
    service: Service,
) -> None:
    await service.register(email="ada@example.com")

    told = [
        await set_up(service, password="short"),
        await set_up(service, email="none"),
        await set_up(service, email="ada@example.com"),
    ]

    assert [each.code for each in told] == ["weak_password", "rejected", "email_taken"]
    assert (await set_up(service)).status == 201


@pytest.mark.covers("AUZ-03")
@pytest.mark.parametrize("member", ["roles", "is_superuser", "id", "status", "permissions", "Secret"])
async def test_nothing_but_an_account_is_taken(service: Service, member: str) -> None:
    told = await set_up(service, **{member: ["admin"]})  # type: ignore[arg-type]  # it is not the secret

    assert told.status == 422
    assert not service.store.committed.users


async def test_it_may_be_repeated_with_a_key_until_the_answer_arrives(service: Service) -> None:
    document = {"secret": SECRET, "email": EMAIL, "password": PASSWORD, "first_name": "G", "last_name": "H"}
    key = ((b"idempotency-key", b"first-administrator"),)
    first = await service.ask("POST", "/setup/administrator", document, headers=key)

    again = await service.ask("POST", "/setup/administrator", document, headers=key)
    without_the_secret = await service.ask(
        "POST", "/setup/administrator", document | {"secret": SECRET[:-1]}, headers=key
    )

    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert without_the_secret.code == "set_up_refused"
