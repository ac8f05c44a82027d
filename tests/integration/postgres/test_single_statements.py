"""The connections for single statements: kept at hand, shared fairly, and never used when they may not be."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, Deadlines, connections_at_hand
from auth_adapters.postgres.pools import PoolState
from auth_core import Redacted
from tests.integration.postgres.questions import rows

ONE = text("SELECT 1 AS one")
WHO = text("SELECT pg_backend_pid() AS pid")
SLOW = text("SELECT pg_sleep(30)")
OURS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'auth-service'"


@pytest.fixture
async def narrow(address: Redacted[str]) -> AsyncGenerator[Database]:
    """A service that has one connection for single statements."""
    database = Database(address, pool_size=2, deadlines=Deadlines.of(timedelta(seconds=10)))
    yield database
    await database.close()


async def who(database: Database) -> int:
    row = (await database.single_statements.read(WHO)).row
    assert row is not None
    return int(row.pid)


async def test_one_call_after_the_other_has_the_same_connection(narrow: Database) -> None:
    assert len({await who(narrow) for _ in range(5)}) == 1
    assert narrow.single_statements.state == PoolState(used=0, idle=1, most=1)


async def test_many_at_once_share_what_there_is(narrow: Database) -> None:
    answers = await asyncio.gather(*(narrow.single_statements.read(ONE) for _ in range(50)))

    assert [answer.row.one for answer in answers if answer.row] == [1] * 50
    assert narrow.single_statements.state.most == 1


async def test_whoever_waits_gets_the_connection_before_whoever_comes_later(narrow: Database) -> None:
    order: list[str] = []

    async def ask(name: str) -> None:
        await narrow.single_statements.read(ONE)
        order.append(name)

    await who(narrow)
    async with asyncio.TaskGroup() as group:
        for name in ("first", "second", "third"):
            group.create_task(ask(name))
            await asyncio.sleep(0)

    assert order == ["first", "second", "third"]


async def test_a_connection_that_ended_while_nobody_used_it_is_not_used(
    narrow: Database, operator: AsyncEngine
) -> None:
    before = await who(narrow)
    assert await rows(operator, f"SELECT pg_terminate_backend({before}, 5000)")

    await rows(operator, "SELECT 1")  # meanwhile the end is heard of

    assert (await narrow.single_statements.write(ONE)).row is not None
    assert await who(narrow) != before


async def test_what_was_broken_off_has_stopped_before_the_connection_is_used_again(
    narrow: Database, operator: AsyncEngine
) -> None:
    await who(narrow)
    asleep = asyncio.create_task(narrow.single_statements.read(SLOW))
    while not await rows(operator, f"{OURS} AND query LIKE '%pg_sleep%' AND state = 'active'"):
        await asyncio.sleep(0.01)
    asleep.cancel()

    assert (await narrow.single_statements.read(ONE)).row is not None
    assert asleep.done()
    assert not await rows(operator, f"{OURS} AND query LIKE '%pg_sleep%' AND state = 'active'")


async def test_a_mistake_costs_no_connection(narrow: Database) -> None:
    before = await who(narrow)

    with pytest.raises(Exception, match="22012"):
        await narrow.single_statements.read(text("SELECT 1 / 0"))

    assert await who(narrow) == before


async def test_whoever_is_served_while_the_service_closes_leaves_no_connection_behind(
    address: Redacted[str], operator: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections_at_hand, "TAKES_LEAVE", 600)  # nobody is cut off
    database = Database(address, pool_size=4)
    used = set(await asyncio.gather(who(database), who(database)))  # one will be at hand, one in use
    asked = asyncio.create_task(database.single_statements.read(text("SELECT pg_sleep(0.5)")))
    while not (asleep := await rows(operator, f"{OURS} AND query LIKE '%pg_sleep%' AND state = 'active'")):
        await asyncio.sleep(0.01)

    async with asyncio.timeout(20):
        await database.close()

    assert (await asked).row is not None
    used |= {row.pid for row in asleep}
    async with asyncio.timeout(10):
        while await rows(operator, f"{OURS} AND pid IN ({', '.join(map(str, used))})"):
            await asyncio.sleep(0.01)
