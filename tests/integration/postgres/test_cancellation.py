"""Whoever gives up in the middle leaves no half-done work and no connection behind."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, PostgresPorts, postgres_ports
from auth_core import AuthCore, Redacted
from auth_core.testing import NOON, MovableClock, a_user
from auth_core.testing.contracts.concurrency import in_transaction
from tests.integration.postgres.cutting_proxy import commit, proxied
from tests.integration.postgres.person import Person, auth_over, signed_in
from tests.integration.postgres.questions import scalar


@pytest.fixture
async def small(address: Redacted[str]) -> AsyncGenerator[Database]:
    """A service with one connection of each kind: one that leaks is missed at once."""
    database = Database(address, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def auth(small: Database, clock: MovableClock) -> AuthCore:
    return await auth_over(small, clock)


@pytest.fixture
def storage(small: Database, clock: MovableClock) -> PostgresPorts:
    return postgres_ports(small, clock=clock)


async def _log_in(person: Person) -> None:
    await person.log_in()


async def _refresh(person: Person) -> None:
    await person.refresh()


async def _change_password(person: Person) -> None:
    await person.change_password()


@pytest.mark.covers("RFR-25")
@pytest.mark.parametrize("call", [_log_in, _refresh, _change_password, Person.log_out])
async def test_no_connection_is_lost_wherever_a_call_is_cancelled(
    auth: AuthCore, small: Database, operator: AsyncEngine, call: Callable[[Person], Awaitable[None]]
) -> None:
    finished = 0
    for turns in range(0, 60, 2):
        person = await signed_in(auth)
        task = asyncio.ensure_future(call(person))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        async with asyncio.timeout(10):
            (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert outcome is None or isinstance(outcome, asyncio.CancelledError)
        finished += outcome is None

    assert {pool.used for pool in small.pools().values()} == {0}
    in_transaction = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    assert await scalar(operator, in_transaction) == 0
    assert finished < 30, "it was never cancelled in time"


async def test_a_commit_that_has_begun_is_finished(address: Redacted[str], storage: PostgresPorts) -> None:
    user = a_user()
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        slow = postgres_ports(database, clock=MovableClock())
        proxy.hold_at_next(commit)

        task = asyncio.create_task(in_transaction(slow, lambda tx: tx.users.add(user)))
        await proxy.holding.wait()
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        still_there = not task.done()
        proxy.thaw()
        outcome = await asyncio.gather(task, return_exceptions=True)
        await database.close()

    assert still_there
    assert [type(each) for each in outcome] == [asyncio.CancelledError]
    assert proxy.cancel_requests == 0, "a server that waits for its standby takes that for permission not to"
    assert await in_transaction(storage, lambda tx: tx.users.find(user.id)) == user


async def test_a_refresh_that_waits_is_broken_off(
    address: Redacted[str], auth: AuthCore, storage: PostgresPorts
) -> None:
    person = await signed_in(auth)
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        chains = postgres_ports(database, clock=MovableClock()).refresh_chains

        async with storage.uow() as tx:
            await tx.sessions.lock(person.session_id)
            task = asyncio.create_task(chains.advance(person.session_id, 0, now=NOON, idle=timedelta(days=1)))
            await asyncio.wait({task}, timeout=0.1)
            task.cancel()
            async with asyncio.timeout(2):
                outcome = await asyncio.gather(task, return_exceptions=True)
        await database.close()

    assert [type(each) for each in outcome] == [asyncio.CancelledError]
    assert proxy.cancel_requests == 1
    assert (await person.refresh()).session.generation == 1
