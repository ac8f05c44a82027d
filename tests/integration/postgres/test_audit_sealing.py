"""Sealing on a real server, while everybody writes and some commit late."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, PostgresPorts
from auth_adapters.system import SystemClock
from auth_core import AuthCore, Redacted
from auth_core.audit.chain import SealedBatch, Signature, next_batch
from auth_core.ids import EventId
from auth_core.testing import an_event
from tests.integration.databases import Databases
from tests.integration.postgres.questions import scalar
from tests.integration.postgres.trail import core_over, record, whole


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: what one has done to its chain is nothing another should find."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.mark.covers("AUD-03", "DB-18")
async def test_an_event_that_is_committed_long_after_later_ones_is_sealed_and_is_no_forgery(
    database: Database,
) -> None:
    auth, storage = core_over(database)
    async with storage.uow() as slow:
        early = an_event(None)
        await slow.audit.record(early)
        for _ in range(3):
            await record(storage)
            await auth.audit.seal()
        meanwhile = await whole(auth)
    before = await whole(auth)
    await auth.audit.seal()
    after = await whole(auth)

    assert (meanwhile.events, meanwhile.unsealed) == (3, 0)
    assert (before.events, before.unsealed) == (3, 1)
    assert (after.batches, after.events, after.unsealed) == (4, 4, 0)


@pytest.mark.covers("AUD-03", "DB-18")
async def test_while_many_write_late_and_several_seal_every_committed_event_is_sealed_once(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    kept: list[EventId] = []
    chance = random.Random(7)
    done = asyncio.Event()
    async with AsyncExitStack() as stack:
        processes = [Database(address, pool_size=12) for _ in range(3)]
        for each in processes:
            stack.push_async_callback(each.close)

        async def write(storage: PostgresPorts) -> None:
            for _ in range(25):
                try:
                    async with storage.uow() as tx:
                        events = [an_event(None) for _ in range(chance.randint(1, 3))]
                        for event in events:
                            await tx.audit.record(event)
                            await asyncio.sleep(chance.random() * 0.02)
                        if chance.random() < 0.2:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    continue
                kept.extend(event.id for event in events)

        async def seal(auth: AuthCore) -> None:
            while not done.is_set():
                await auth.audit.seal()

        cores = [core_over(each, batch=7) for each in processes]
        sealing = [asyncio.create_task(seal(auth)) for auth, _ in cores]
        await asyncio.gather(*(write(storage) for _, storage in cores for _ in range(5)))
        done.set()
        await asyncio.gather(*sealing)
        await cores[0][0].audit.seal()
        verdict = await whole(cores[0][0])

    sealed = await scalar(
        operator, "SELECT array_agg(id) FROM (SELECT unnest(event_ids) AS id FROM auth.audit_batches) s"
    )
    assert sorted(sealed) == sorted(kept)
    assert verdict.events == len(kept)
    assert verdict.unsealed == 0
    assert verdict.batches > 20


async def test_whoever_writes_waits_for_no_sealer(database: Database) -> None:
    _, storage = core_over(database)
    await record(storage, 5)
    async with storage.uow() as sealing:
        unsealed = await sealing.recorded_events.unsealed(last=None, lateness=timedelta(minutes=10), limit=100)
        assert unsealed is not None
        batch = next_batch(None, unsealed.events, seen_until=unsealed.seen_until, sealed_at=SystemClock().now())
        await sealing.sealed_batches.append(SealedBatch(batch=batch, signature=Signature(key_id="k", mac=bytes(32))))
        async with asyncio.timeout(2):
            await record(storage, 5)


@pytest.mark.covers("AUD-06")
async def test_the_moment_of_recording_is_told_by_the_server_however_wrong_the_clock_of_the_writer(
    database: Database, operator: AsyncEngine
) -> None:
    _, storage = core_over(database)
    event = an_event(None)  # at noon of another year
    async with storage.uow() as tx:
        await tx.audit.record(event)

    assert await scalar(
        operator, "SELECT abs(extract(epoch FROM clock_timestamp() - recorded_at)) < 60 FROM auth.audit_events"
    )
