"""The connection breaks at COMMIT: nobody can tell what happened, and repeating the call finds out."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, Deadlines
from auth_core import AuthCore, EmailTaken, OutcomeUnknown, Redacted
from auth_core.errors import Unavailable
from auth_core.testing import MovableClock, an_email, an_origin
from tests.integration.postgres.cutting_proxy import CuttingProxy, Loss, commit, prepared_statement, proxied
from tests.integration.postgres.person import PASSWORD, Person, auth_over, signed_in
from tests.integration.postgres.questions import events_of, scalar

either_way = pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.REPLY], ids=["not committed", "committed"])


@dataclass(frozen=True, slots=True)
class Line:
    """A service whose connections go through a proxy."""

    proxy: CuttingProxy
    database: Database
    auth: AuthCore


@pytest.fixture
async def line(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[Line]:
    async with proxied(address) as (proxy, through):
        # Two connections, one of each kind, so that each call takes the one that is warm already.
        database = Database(through, pool_size=2, deadlines=Deadlines.of(timedelta(seconds=1)))
        yield Line(proxy, database, await auth_over(database, clock))
        proxy.thaw()
        await database.close()


@either_way
@pytest.mark.covers("REG-08", "DB-02")
async def test_a_registration_converges(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    email = an_email()

    async def register() -> None:
        await line.auth.users.register(
            email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
        )

    line.proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await register()

    if loss is Loss.REPLY:
        with pytest.raises(EmailTaken):
            await register()
    else:
        await register()
    logged_in = await line.auth.login.log_in(email=email, password=PASSWORD, origin=an_origin())
    assert await events_of(operator, logged_in.user.id) == ["login.succeeded", "user.registered"]


@either_way
@pytest.mark.covers("RFR-07", "RFR-08", "DB-02")
async def test_a_refresh_converges_to_the_same_successor(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    person = await signed_in(line.auth)
    await person.refresh()
    kept = person.refresh_token

    line.proxy.cut_at_next(prepared_statement, loss)
    with pytest.raises(OutcomeUnknown):
        await person.refresh()
    assert line.proxy.has_cut
    after = await scalar(
        operator, "SELECT generation FROM auth.sessions WHERE id = :session_id", session_id=person.session_id
    )
    assert after == (2 if loss is Loss.REPLY else 1)

    assert person.refresh_token is kept
    again = [await line.auth.sessions.refresh(refresh_token=kept, origin=an_origin()) for _ in range(2)]
    assert {pair.session.generation for pair in again} == {2}
    assert len({pair.refresh_token.reveal() for pair in again}) == 1
    assert await events_of(operator, person.id) == ["login.succeeded", "user.registered"]
    await person.refresh()


@either_way
@pytest.mark.covers("DB-02")
async def test_a_log_out_converges(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await person.log_out()

    await person.log_out()
    assert await line.auth.sessions.list(user_id=person.id) == []
    assert (await events_of(operator, person.id)).count("session.ended") == 1


@either_way
@pytest.mark.covers("DB-02")
async def test_a_log_out_elsewhere_converges(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    person = await signed_in(line.auth)
    await person.log_in()

    line.proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await person.log_out_elsewhere()

    await person.log_out_elsewhere()
    assert [each.id for each in await line.auth.sessions.list(user_id=person.id)] == [person.session_id]
    assert (await events_of(operator, person.id)).count("sessions.ended") == 1


@either_way
@pytest.mark.covers("DB-02")
async def test_a_suspension_converges(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await person.is_disabled()

    await person.is_disabled()
    assert (await events_of(operator, person.id)).count("user.disabled") == 1
    version = "SELECT security_version FROM auth.users WHERE id = :user_id"
    assert await scalar(operator, version, user_id=person.id) == 1


@either_way
async def test_a_log_in_whose_commit_is_lost_can_be_repeated(line: Line, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(commit, loss)
    with pytest.raises(OutcomeUnknown):
        await person.log_in()

    await person.log_in()
    assert len(await line.auth.sessions.list(user_id=person.id)) == (3 if loss is Loss.REPLY else 2)


async def test_a_connection_lost_before_the_commit_has_changed_nothing(line: Line) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(lambda message: b"session.ended" in message, Loss.REPLY)
    with pytest.raises(Unavailable) as refused:
        await person.log_out()

    assert not isinstance(refused.value, OutcomeUnknown)
    assert len(await line.auth.sessions.list(user_id=person.id)) == 1


@either_way
async def test_a_read_is_repeated_without_a_word(line: Line, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(prepared_statement, loss)
    claims = await line.auth.tokens.verify_access_token(token=_access_token_of(person))

    assert line.proxy.has_cut
    assert claims.session_id == person.session_id


@pytest.mark.covers("DB-12")
async def test_a_frozen_server_is_not_waited_for_long(line: Line) -> None:
    person = await signed_in(line.auth)
    line.proxy.freeze()

    async with asyncio.timeout(15):
        with pytest.raises(Unavailable):
            await person.refresh()
        with pytest.raises(Unavailable):
            await person.log_out()

    line.proxy.thaw()
    await person.refresh()


def _access_token_of(person: Person) -> str:
    assert person.tokens is not None
    return person.tokens.access_token.reveal()
