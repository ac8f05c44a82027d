"""Old events go by whole stretches of the trail, never one too early, and the chain is whole afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import Origin, Redacted
from auth_core.audit.policy import Span
from auth_core.audit.verdict import Broken, Damage
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar
from tests.integration.postgres.stretches import divided_long_ago, happened, left, stretches
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


async def remove_old(database: Database, *, days: float) -> int:
    auth, _ = core_over(database, batch=3, retention=timedelta(days=days))
    return await auth.audit.remove_old(origin=Origin())


async def four_batches(database: Database, operator: AsyncEngine) -> None:
    """Of three events each: no stretch ends where a batch does."""
    await divided_long_ago(operator)
    await happened(operator, 100, 95, 80, 70, 65, 50, 45, 40, 20, 10, 5, 2)
    auth, _ = core_over(database, batch=3)
    await auth.audit.seal()


async def orders(operator: AsyncEngine) -> int:
    return int(await scalar(operator, "SELECT count(*) FROM auth.audit_events WHERE kind = 'audit.shortened'"))


async def test_a_stretch_goes_as_a_whole_with_the_rest_of_its_last_batch_and_the_chain_is_whole(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)
    auth, _ = core_over(database)

    removed = []
    for days, kept, remaining in (
        (79, [70, 65, 50, 45, 40, 20, 10, 5, 2], ["audit_events_a", "audit_events_b"]),
        (49, [45, 40, 20, 10, 5, 2], ["audit_events_b"]),
        (19, [10, 5, 2], []),
    ):
        removed.append(await remove_old(database, days=days))
        assert await left(operator) == kept
        assert await stretches(operator) == remaining
        await auth.audit.seal()
        await whole(auth)

    found = await whole(auth)
    assert (removed, found.emptied, found.events) == ([3, 3, 3], 3, 6)
    assert await orders(operator) == 3


async def test_nothing_goes_before_all_of_a_stretch_may_go_and_nothing_is_ordered(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)
    await remove_old(database, days=49)
    before = await orders(operator)

    assert await remove_old(database, days=21) == 0  # the third batch ends twenty days ago, within the last stretch
    assert await remove_old(database, days=21) == 0
    assert await left(operator) == [45, 40, 20, 10, 5, 2]
    assert await orders(operator) == before


async def test_of_many_who_remove_at_once_each_stretch_is_removed_once(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)

    removed = await asyncio.gather(*(remove_old(database, days=19) for _ in range(4)))

    assert sum(removed) == 9
    assert await left(operator) == [10, 5, 2]
    auth, _ = core_over(database)
    await auth.audit.seal()
    assert (await whole(auth)).emptied == 3


@pytest.mark.covers("AUD-02")
async def test_what_was_put_into_an_old_stretch_and_never_sealed_does_not_go_with_it(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)
    [forged] = await happened(operator, 72)

    removed = await remove_old(database, days=19)

    auth, _ = core_over(database)
    await auth.audit.seal()
    assert removed == 9
    assert await left(operator) == [72, 10, 5, 2]
    assert await stretches(operator) == ["audit_events_a"]
    verdict = await auth.audit.verify()
    assert isinstance(verdict, Broken)
    assert (verdict.what, verdict.event) == (Damage.INSERTED, forged)


async def test_what_was_sealed_late_keeps_its_stretch_until_it_is_old_enough_itself(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)
    # Its clock was wrong by two months: the id says so, and the server knows when it was recorded.
    await happened(operator, 1, 1, 1, where="auth.audit_place(now() - interval '65 days')")
    auth, _ = core_over(database, batch=3)
    await auth.audit.seal()

    assert await remove_old(database, days=19) == 9

    assert "audit_events_a" in await stretches(operator)
    assert await left(operator) == [10, 5, 2, 1, 1, 1]


async def test_what_fits_into_no_stretch_is_kept_and_goes_event_by_event(
    database: Database, operator: AsyncEngine
) -> None:
    await four_batches(database, operator)
    nowhere = "auth.audit_place(now() + interval '900 days')"
    await happened(operator, 1.9, 1.8, 1.7, where=nowhere)
    auth, _ = core_over(database, batch=3)
    await auth.audit.seal()
    outside = "SELECT count(*) FROM auth.audit_events_other"

    before = await scalar(operator, outside)
    await rows(operator, "DROP TABLE auth.audit_events_now")
    await rows(operator, "UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL WHERE number = 4")
    assert await remove_old(database, days=1.5) == 12

    assert (before, await scalar(operator, outside)) == (3, 1)  # the order itself


async def test_with_retention_everything_else_stays_as_it_is(database: Database, operator: AsyncEngine) -> None:
    await four_batches(database, operator)
    auth, storage = core_over(database)
    await remove_old(database, days=49)

    await record(storage, 4)
    await auth.audit.seal()

    exported = [event.id async for event in auth.audit.export()]
    listed = await auth.audit.list(limit=500)
    assert len(exported) == len(listed.items) == 6 + 1 + 4
    assert (await whole(auth)).events == 6 + 1 + 4


@pytest.mark.parametrize("span", Span)
async def test_room_is_made_by_the_calendar_without_gaps_and_once(
    database: Database, operator: AsyncEngine, span: Span
) -> None:
    _, storage = core_over(database)

    async def make_room() -> int:
        async with storage.uow() as tx:
            return await tx.sealed_batches.make_room(span=span, ahead=36)

    made = await asyncio.gather(*(make_room() for _ in range(4)))

    found = await rows(
        operator,
        "SELECT auth.audit_moment(begins) AS begins, auth.audit_moment(ends) AS ends FROM auth.audit_stretches()",
    )
    assert all(one.ends == other.begins for one, other in pairwise(found))
    assert all((each.ends.hour, each.ends.minute, each.ends.second) == (0, 0, 0) for each in found)
    assert len({each for each in made if each}) <= 1
    assert await make_room() == 0
    assert await scalar(operator, f"SELECT max(auth.audit_moment(ends)) > now() + 36 * interval '1 {span}'"
                                  " FROM auth.audit_stretches()")  # fmt: skip


async def test_room_is_made_past_what_lies_where_it_would_have_been(database: Database, operator: AsyncEngine) -> None:
    _, storage = core_over(database)
    await rows(operator, "DROP TABLE auth.audit_events_first")
    for row in await rows(operator, "SELECT name FROM auth.audit_stretches() OFFSET 1"):
        await rows(operator, f"DROP TABLE auth.{row.name}")
    end = await scalar(operator, "SELECT max(auth.audit_moment(ends)) FROM auth.audit_stretches()")
    await happened(operator, 0, where="(SELECT ends FROM auth.audit_stretches() ORDER BY 1 DESC LIMIT 1)")

    async with storage.uow() as tx:
        made = await tx.sealed_batches.make_room(span=Span.MONTH, ahead=6)

    [begins] = [
        row.begins
        for row in await rows(
            operator, "SELECT auth.audit_moment(begins) AS begins FROM auth.audit_stretches() OFFSET 1 LIMIT 1"
        )
    ]
    assert made > 0
    assert begins > end
    assert await scalar(operator, "SELECT count(*) FROM auth.audit_events_other") == 1


async def test_whoever_writes_does_not_wait_for_whoever_makes_room(database: Database, operator: AsyncEngine) -> None:
    _, storage = core_over(database)
    async with storage.uow() as making:
        assert await making.sealed_batches.make_room(span=Span.MONTH, ahead=12) > 0
        async with asyncio.timeout(2):
            await happened(operator, 0, 0.1)
