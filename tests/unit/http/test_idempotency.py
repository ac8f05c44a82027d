"""A creating request with a key has its effect once, and is answered as it was the first time."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from auth_core import Origin, Redacted
from tests.unit.http.asgi import Answer
from tests.unit.http.service import EMAIL, PASSWORD, Service

KEY: Final = b"8e03978e-40d5-43e8-bc93-6894a57f9324"
REGISTRATION: Final = {"email": EMAIL, "password": PASSWORD, "first_name": "Grace", "last_name": "Hopper"}
CLIENT: Final = {"name": "invoices", "permissions": ["tokens:introspect"]}
ROLE: Final = {"name": "accountant", "permissions": ["invoices:read"], "description": "Counts.", "parents": []}


async def an_administrator(service: Service, *, email: str = "root@example.com") -> str:
    """Return the access token of a new administrator."""
    await service.auth.users.create(
        email=email, password=Redacted(PASSWORD), first_name="A", last_name="B", roles=["admin"],
        actor=None, origin=Origin(),
    )  # fmt: skip
    return str((await service.log_in(email=email)).json()["access_token"])


async def ask(service: Service, path: str, document: object, *keys: bytes, token: str | None = None) -> Answer:
    headers = tuple((b"idempotency-key", key) for key in keys)
    return await service.ask("POST", path, document, token=token, headers=headers)


def essence(answer: Answer) -> tuple[object, ...]:
    """Return what makes an answer, besides the name of the request it answers."""
    return answer.status, answer.body, [each for each in answer.headers if each[0] != "x-request-id"]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/auth/register", REGISTRATION),
        ("/admin/users", REGISTRATION),
        ("/admin/clients", CLIENT),
        ("/admin/roles", ROLE),
    ],
)
async def test_a_request_that_is_repeated_gets_the_first_answer_and_has_its_effect_once(
    service: Service, path: str, document: dict[str, object]
) -> None:
    token = None if path == "/auth/register" else await an_administrator(service)

    first = await ask(service, path, document, KEY, token=token)
    events = len(service.store.committed.events)
    # A quoted key is the same one, and so is a document that is set in another way.
    reset = json.dumps(dict(reversed(document.items())), indent=1).encode()
    again = await ask(service, path, reset, b'"' + KEY + b'"', token=token)

    assert first.status == 201
    assert essence(again) == essence(first)
    assert len(service.store.committed.events) == events
    assert (await ask(service, path, document, token=token)).status == 409


@pytest.mark.parametrize(
    ("path", "document", "other"),
    [
        ("/auth/register", REGISTRATION, REGISTRATION | {"first_name": "Ada"}),
        ("/admin/clients", CLIENT, CLIENT | {"name": "orders"}),
        ("/admin/clients", CLIENT, None),
    ],
)
async def test_a_key_is_for_one_request(
    service: Service, path: str, document: dict[str, object], other: dict[str, object] | None
) -> None:
    token = None if path == "/auth/register" else await an_administrator(service)
    await ask(service, path, document, KEY, token=token)

    told = await ask(service, path if other else "/admin/roles", other or ROLE, KEY, token=token)

    assert (told.status, told.code) == (422, "idempotency_key_reused")


async def test_a_request_that_came_to_nothing_may_be_repeated_and_another_may_have_its_key(service: Service) -> None:
    weak = await ask(service, "/auth/register", REGISTRATION | {"password": "short"}, KEY)
    await service.register(email="ada@example.com")
    taken = await ask(service, "/auth/register", REGISTRATION | {"email": "ada@example.com"}, KEY)

    made = await ask(service, "/auth/register", REGISTRATION, KEY)

    assert (weak.code, taken.code, made.status) == ("weak_password", "email_taken", 201)
    assert len(service.store.committed.answers) == 1


@pytest.mark.parametrize("keys", [(b"",), (b"with space",), (b'"half',), (b"x" * 129,), (b"\xe9",), (KEY, KEY)])
async def test_what_is_no_key_is_refused_before_anything_happens(service: Service, keys: tuple[bytes, ...]) -> None:
    told = await ask(service, "/auth/register", REGISTRATION, *keys)

    assert (told.status, told.code) == (400, "invalid_idempotency_key")
    assert not service.store.committed.users


async def test_an_answer_is_for_whoever_asked_first(service: Service) -> None:
    token = await an_administrator(service)
    other = await an_administrator(service, email="other@example.com")
    await ask(service, "/admin/clients", CLIENT, KEY, token=token)

    told = await ask(service, "/admin/clients", CLIENT, KEY, token=other)

    assert told.code == "client_name_taken"


async def test_whoever_knows_the_key_of_somebody_who_registered_learns_nothing_and_guesses_once(
    service: Service,
) -> None:
    await ask(service, "/auth/register", REGISTRATION, KEY)

    guessed = await ask(service, "/auth/register", REGISTRATION | {"password": "incorrect horse battery"}, KEY)
    right = await ask(service, "/auth/register", REGISTRATION, KEY)

    assert guessed.code == "idempotency_key_reused"
    assert right.code == "email_taken"


async def test_a_repetition_costs_no_hashing(service: Service) -> None:
    first = await ask(service, "/auth/register", REGISTRATION, KEY)
    hashed = service.hasher.hashes

    assert essence(await ask(service, "/auth/register", REGISTRATION, KEY)) == essence(first)
    assert service.hasher.hashes == hashed


async def test_what_is_kept_of_an_answer_shows_no_secret_and_no_password(service: Service) -> None:
    token = await an_administrator(service)
    made = await ask(service, "/admin/clients", CLIENT, KEY, token=token)
    await ask(service, "/auth/register", REGISTRATION | {"email": "ada@example.com"}, KEY)

    kept = b"".join(name + each.sealed for name, each in service.store.committed.answers.items())

    assert made.json()["client_secret"].encode() not in kept
    assert b"ada@example.com" not in kept
    assert KEY not in kept


async def test_after_a_day_the_key_is_a_new_one_and_the_answer_is_removed(service: Service) -> None:
    first = await ask(service, "/auth/register", REGISTRATION, KEY)
    service.clock.advance(timedelta(days=1) - timedelta(seconds=1))
    assert essence(await ask(service, "/auth/register", REGISTRATION, KEY)) == essence(first)

    service.clock.advance(timedelta(seconds=1))
    told = await ask(service, "/auth/register", REGISTRATION, KEY)
    await service.auth.upkeep.purge()
    service.clock.advance(timedelta(seconds=1))
    await service.auth.upkeep.purge()

    assert told.code == "email_taken"
    assert not service.store.committed.answers


async def test_a_secret_we_have_lost_makes_an_answer_unreadable_and_gives_no_second_effect(service: Service) -> None:
    token = await an_administrator(service)
    await ask(service, "/admin/clients", CLIENT, KEY, token=token)
    [(name, kept)] = service.store.committed.answers.items()
    service.store.committed.answers[name] = replace(kept, sealed=type(kept.sealed)(b"under another secret"))

    told = await ask(service, "/admin/clients", CLIENT, KEY, token=token)

    assert told.code == "idempotency_key_reused"
    assert len(service.store.committed.clients) == 1


async def test_who_may_no_longer_ask_is_not_told_the_answer_again(service: Service) -> None:
    token = await an_administrator(service)
    await ask(service, "/admin/clients", CLIENT, KEY, token=token)
    somebody = next(iter(service.store.committed.users))
    await an_administrator(service, email="spare@example.com")
    await service.auth.users.disable(user_id=somebody, actor=None, origin=Origin())

    assert (await ask(service, "/admin/clients", CLIENT, KEY, token=token)).status == 401
