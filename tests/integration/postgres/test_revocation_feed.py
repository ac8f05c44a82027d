"""The feed of revocations goes on over connections that die, and loses nothing that is committed late."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, Deadlines, postgres_ports
from auth_adapters.system import SystemClock
from auth_core import Redacted, RevocationPolicy
from auth_core.revocation.model import Revocation
from auth_core.revocation.ports import Cursor
from auth_core.testing import a_session_revocation
from tests.integration.postgres.followers import cut_off_followers, followers
from tests.integration.postgres.person import signed_in
from tests.integration.postgres.processes import (
    AT_ONCE,
    POLL,
    WITHIN_NOTIFY,
    a_process,
    accepts,
    commit,
    delay_until_refused,
)


async def test_a_connection_that_was_killed_is_replaced_and_listens_again(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    database = Database(address)
    storage = postgres_ports(database, clock=SystemClock(), revocation=RevocationPolicy(poll=POLL))
    cursor = (await storage.revocation_feed.changes(after=None, wait=AT_ONCE)).cursor
    for _ in range(3):
        before = await followers(operator)
        await cut_off_followers(operator)
        cursor = (await storage.revocation_feed.changes(after=cursor, wait=AT_ONCE)).cursor
        after = await followers(operator)

        heard = database.listening("auth_revocations").next
        await commit(storage, a_session_revocation())
        await asyncio.wait_for(heard.wait(), WITHIN_NOTIFY)

        assert len(before) == len(after) == 1
        assert before != after
    await database.close()


async def test_nobody_listens_and_nobody_is_notified_where_that_is_not_wanted(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    listening, polling = Database(address), Database(address)
    heard = listening.listening("auth_revocations").next
    await postgres_ports(listening, clock=SystemClock()).revocation_feed.changes(after=None, wait=AT_ONCE)
    storage = postgres_ports(polling, clock=SystemClock(), notify=False)

    await commit(storage, a_session_revocation())
    await storage.revocation_feed.changes(after=None, wait=AT_ONCE)
    await postgres_ports(listening, clock=SystemClock()).revocation_feed.changes(after=None, wait=AT_ONCE)

    assert not heard.is_set()
    await listening.close()
    await polling.close()


async def test_the_feed_goes_on_while_every_other_connection_is_taken(address: Redacted[str]) -> None:
    database = Database(address, pool_size=2, deadlines=Deadlines.of(timedelta(seconds=1)))
    storage = postgres_ports(database, clock=SystemClock())
    async with storage.uow():
        others = asyncio.create_task(database.single_statements.read(text("SELECT pg_sleep(0.8)")))
        while database.pools()["single_statements"].used == 0:
            await asyncio.sleep(0)
        await storage.revocation_feed.changes(after=None, wait=AT_ONCE)
        assert not others.done()
        await others
    await database.close()


@pytest.mark.covers("DB-18")
async def test_a_revocation_that_is_committed_long_after_later_ones_is_not_lost(address: Redacted[str]) -> None:
    database = Database(address)
    storage = postgres_ports(database, clock=SystemClock(), revocation=RevocationPolicy(poll=POLL))
    early, late = a_session_revocation(), [a_session_revocation() for _ in range(5)]
    told: set[Revocation] = set()
    cursor: Cursor | None = None

    async def look() -> None:
        nonlocal cursor
        batch = await storage.revocation_feed.changes(after=cursor, wait=AT_ONCE)
        cursor = batch.cursor
        told.update(batch.revocations)

    await look()
    async with storage.uow() as slow:
        await slow.revocations.add(early)
        for each in late:
            await commit(storage, each)
            await look()
        seen_before = set(told)
    await look()

    assert set(late) <= seen_before
    assert early not in seen_before
    assert early in told
    await database.close()


async def test_a_follower_waiting_is_told_of_what_was_written_first_and_committed_last(address: Redacted[str]) -> None:
    async with a_process(address) as here, a_process(address) as there:
        slow, quick = await signed_in(here), await signed_in(here)
        database = Database(address)
        storage = postgres_ports(database, clock=SystemClock())
        async with storage.uow() as tx:
            await tx.revocations.add(replace(a_session_revocation(), session_id=slow.session_id))
            await quick.log_out()
            await delay_until_refused(there, quick)
            before = await accepts(there, slow)

        assert before
        assert await delay_until_refused(there, slow) < WITHIN_NOTIFY
        await database.close()
