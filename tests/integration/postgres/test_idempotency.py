"""A request with a key has its effect once, among processes, at once, and though a COMMIT was lost."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from auth_adapters.postgres import Database
from auth_core import AuthCore, Redacted, SetUpRefused, UserPolicy
from auth_core.testing import MovableClock, a_service_client, an_email, an_origin
from auth_core.users.model import User
from auth_http.application import application
from auth_http.bulk.doing import Bulk
from auth_http.bulk.items import Item, ItemAnswer
from auth_http.settings import Settings
from tests.integration.databases import Databases
from tests.integration.postgres.cutting_proxy import Loss, commit, nth
from tests.integration.postgres.line import Line
from tests.integration.postgres.person import PASSWORD, auth_over
from tests.integration.postgres.questions import scalar
from tests.integration.postgres.test_secrets import everything
from tests.unit.http.asgi import JSON, Answer, ask
from tests.unit.http.parts import Parts

AT_ONCE: Final = 20
SECRET: Final = Redacted("q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM=")


def over(auth: AuthCore) -> ASGIApp:
    return application(Parts(settings=Settings(), auth=auth))


@pytest.fixture
async def elsewhere(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    """Another process, as far as the database can tell."""
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


async def register(app: ASGIApp, email: str, key: str, *, first_name: str = "Ada") -> Answer:
    document = {"email": email, "password": PASSWORD.reveal(), "first_name": first_name, "last_name": "Lovelace"}
    body = json.dumps(document).encode()
    answer = await ask(app, "POST", "/auth/register", JSON, (b"idempotency-key", key.encode()), body=body)
    assert answer is not None
    return answer


async def effects(operator: AsyncEngine, email: str) -> tuple[int, int]:
    users = "FROM auth.users WHERE email_canonical = :email"
    events = f"SELECT count(*) FROM auth.audit_events WHERE subject IN (SELECT id {users})"
    return (
        await scalar(operator, f"SELECT count(*) {users}", email=email.lower()),
        await scalar(operator, events, email=email.lower()),
    )


@pytest.mark.covers("REG-08")
async def test_of_many_at_once_in_two_processes_one_has_the_effect_and_all_get_its_answer(
    auth: AuthCore, elsewhere: AuthCore, operator: AsyncEngine
) -> None:
    apps = (over(auth), over(elsewhere))
    for number in range(5):
        email = an_email()

        told = await asyncio.gather(*(register(apps[each % 2], email, f"key-{number}") for each in range(AT_ONCE)))

        assert {each.status for each in told} == {201}
        assert len({each.body for each in told}) == 1
        assert await effects(operator, email) == (1, 1)


async def test_of_many_requests_with_one_key_one_has_its_effect_and_the_others_are_refused(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    app, email = over(auth), an_email()

    told = await asyncio.gather(*(register(app, email, "key", first_name=f"A{each}") for each in range(AT_ONCE)))

    # Who came later finds the answer gone: for an anonymous caller a request that differs is a guess.
    assert {each.status for each in told} <= {201, 409, 422}
    assert [each.status for each in told].count(201) == 1
    assert await effects(operator, email) == (1, 1)


@pytest.mark.covers("DB-02", "REG-08")
@pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.REPLY], ids=["not committed", "committed"])
async def test_after_a_lost_commit_the_same_request_gets_the_first_answer(
    line: Line, elsewhere: AuthCore, operator: AsyncEngine, loss: Loss
) -> None:
    app = over(line.auth)
    for number in range(5):
        email, key = an_email(), f"lost-{loss}-{number}"

        # The first transaction only looks for an answer.
        line.proxy.cut_at_next(nth(2, commit), loss)
        lost = await register(app, email, key)
        assert line.proxy.has_cut
        committed = await effects(operator, email)
        again = await register(app, email, key)
        later = await register(over(elsewhere), email, key)

        assert (lost.status, lost.code) == (503, "outcome_unknown")
        assert committed == ((1, 1) if loss is Loss.REPLY else (0, 0))
        assert again.status == 201
        assert again.body == later.body
        found = await scalar(
            operator, "SELECT id::text FROM auth.users WHERE email_canonical = :email", email=email.lower()
        )
        assert again.json()["id"] == found
        assert await effects(operator, email) == (1, 1)


async def test_no_secret_in_an_answer_is_stored_in_clear(auth: AuthCore, operator: AsyncEngine) -> None:
    from auth_core import Once, idempotency_key
    from auth_core.oauth.model import IssuedSecret

    once = Once[IssuedSecret](
        key=idempotency_key("a-key-that-is-not-stored"),
        caller=None,
        request=b"a request with a canary",
        write=lambda issued: issued.secret.reveal().encode(),
    )
    issued = await auth.oauth.create_client(name=a_service_client().name, actor=None, origin=an_origin(), once=once)

    dump = await everything(operator)

    for secret in (issued.secret.reveal(), "a-key-that-is-not-stored", "canary"):
        assert secret not in dump
        assert secret.encode().hex() not in dump


@pytest.mark.covers("AUZ-15")
async def test_of_many_who_set_up_at_once_one_becomes_administrator(databases: Databases, clock: MovableClock) -> None:
    for _ in range(3):
        database = Database(await databases.migrated())
        auth = await auth_over(database, clock)
        set_up = replace(auth.users.set_up, policy=UserPolicy(set_up_secret=SECRET))

        told = await asyncio.gather(
            *(
                set_up(
                    secret=SECRET,
                    email=an_email(),
                    password=PASSWORD,
                    first_name="Ada",
                    last_name="Lovelace",
                    origin=an_origin(),
                )
                for _ in range(AT_ONCE)
            ),
            return_exceptions=True,
        )

        assert [type(each) for each in told].count(User) == 1
        assert [type(each) for each in told].count(SetUpRefused) == AT_ONCE - 1
        assert len((await auth.users.list(limit=50)).items) == 1
        await database.close()


async def test_many_users_sent_twice_at_once_to_two_processes_are_made_once(
    auth: AuthCore, elsewhere: AuthCore, operator: AsyncEngine
) -> None:
    emails = [an_email() for _ in range(AT_ONCE)]
    items = [
        Item.read(
            {
                "key": f"hire-{email}",
                "do": "create",
                "email": email,
                "password": PASSWORD.reveal(),
                "first_name": "Ada",
                "last_name": "Lovelace",
            }
        )
        for email in emails
    ]

    async def send(core: AuthCore) -> list[ItemAnswer]:
        bulk = Bulk(users=core.users, actor=None, origin=an_origin(), turns=asyncio.Semaphore())
        return [await bulk.do(item) for item in items]

    told = await asyncio.gather(send(auth), send(elsewhere), send(auth))

    assert told[0] == told[1] == told[2]
    assert {each.status for each in told[0]} == {201}
    assert [await effects(operator, email) for email in emails] == [(1, 1)] * AT_ONCE
