"""What the commonest call of all costs: one statement, one round trip, no index touched."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import cast, override

import asyncpg
import pytest
from sqlalchemy import Connection, NullPool, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.postgres.connections_at_hand import ConnectionsAtHand, Pooled
from auth_adapters.postgres.prepared import Prepared
from auth_adapters.postgres.single_statements import SingleStatements
from auth_adapters.postgres.statements import Answer
from auth_core import Redacted
from auth_core.testing import MovableClock
from tests.integration.databases import Databases
from tests.integration.postgres.cutting_proxy import proxied
from tests.integration.postgres.person import auth_over, signed_in
from tests.integration.postgres.questions import rows


@contextmanager
def statements_of(*engines: AsyncEngine) -> Generator[list[str]]:
    """Give the list of what is executed meanwhile."""
    seen: list[str] = []

    def executed(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        alone = not cast("asyncpg.Connection", connection.connection.driver_connection).is_in_transaction()
        seen.append(statement if alone else f"in a transaction: {statement}")

    for engine in engines:
        event.listen(engine.sync_engine, "after_cursor_execute", executed)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine.sync_engine, "after_cursor_execute", executed)


class Watched(SingleStatements):
    """Takes note of what is run, and sees that it is in no transaction."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.address, database.deadlines, most=1)
        self.seen: list[str] = []

    @override
    async def _ask(
        self,
        connections: ConnectionsAtHand,
        connection: Pooled,
        asked: Prepared,
        values: Mapping[str, object],
    ) -> Answer:
        assert not connection.is_in_transaction()
        self.seen.append(asked.text)
        return await super()._ask(connections, connection, asked, values)


async def test_a_refresh_is_one_statement_that_commits_by_itself(database: Database, clock: MovableClock) -> None:
    database.single_statements = alone = Watched(database)
    person = await signed_in(await auth_over(database, clock))
    alone.seen.clear()

    with statements_of(database.transactions) as in_transactions:
        await person.refresh()

    (statement,) = alone.seen
    assert statement.startswith("UPDATE auth.sessions")
    assert not in_transactions


async def test_a_refresh_is_one_round_trip(address: Redacted[str], clock: MovableClock) -> None:
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        person = await signed_in(await auth_over(database, clock))
        await person.refresh()

        before = proxy.round_trips
        for _ in range(10):
            await person.refresh()

        assert proxy.round_trips - before == 10
        await database.close()


async def test_looking_up_a_token_or_a_candidate_is_one_round_trip(address: Redacted[str], clock: MovableClock) -> None:
    async with proxied(address) as (proxy, through):
        database = Database(through, pool_size=2)
        auth = await auth_over(database, clock)
        person = await signed_in(auth)
        assert person.tokens is not None
        token = person.tokens.access_token.reveal()
        await auth.tokens.verify_access_token(token=token)

        before = proxy.round_trips
        await auth.tokens.verify_access_token(token=token)
        assert proxy.round_trips - before == 1

        candidates = postgres_ports(database, clock=clock).candidates
        before = proxy.round_trips
        assert await candidates.find(person.email.lower()) is not None  # type: ignore[arg-type]  # canonical by now
        assert proxy.round_trips - before == 1
        await database.close()


async def test_refreshes_leave_the_indexes_alone(databases: Databases, clock: MovableClock) -> None:
    address = await databases.migrated()
    database = Database(address)
    auth = await auth_over(database, clock)
    people = [await signed_in(auth) for _ in range(5)]
    for _ in range(60):
        clock.advance(timedelta(seconds=1))
        for person in people:
            await person.refresh()
    await database.close()  # so that the server writes down what it has counted

    operator = create_async_engine(address.reveal(), poolclass=NullPool)
    counted = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'auth.sessions'::regclass"
    async with asyncio.timeout(20):
        while (found := (await rows(operator, counted))[0]).n_tup_upd < 300:
            pass

    # All of them, but when transactions elsewhere on the server keep it from clearing a page in time.
    assert found.n_tup_hot_upd >= 0.9 * found.n_tup_upd


async def test_nothing_that_changes_in_a_session_is_in_an_index(operator: AsyncEngine) -> None:
    indexed = await rows(
        operator,
        "SELECT DISTINCT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
        "WHERE indrelid = 'auth.sessions'::regclass",
    )

    assert {row.attname for row in indexed} == {"id", "user_id", "ends_at"}


@pytest.mark.parametrize("setting", ["transaction_isolation", "search_path", "application_name"])
async def test_connections_are_set_up(database: Database, setting: str) -> None:
    expected = {
        "transaction_isolation": "read committed",
        "search_path": "auth",
        "application_name": "auth-service",
    }

    asked = text(f"SHOW {setting}")
    async with database.transactions.connect() as connection:
        assert await connection.scalar(asked) == expected[setting]
    assert [tuple(row) for row in (await database.single_statements.read(asked)).rows] == [(expected[setting],)]
