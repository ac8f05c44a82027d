"""A trail that is full becomes the first stretch of itself, and one table again, while everybody records."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database, SchemaState, migrate, schema_state
from auth_core import Redacted
from auth_core.audit.policy import Span
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar
from tests.integration.postgres.stretches import PLACE, happened
from tests.integration.postgres.trail import core_over, record, whole

IS_DIVIDED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'auth.audit_events'::regclass"
FILE_OF_THE_ROWS = "SELECT pg_relation_filenode('auth.{}')"
LIMIT = "SELECT count(*) FROM pg_constraint WHERE conname = 'audit_events_first_check'"
LIMITED = "ALTER TABLE auth.audit_events ADD CONSTRAINT audit_events_first_check CHECK (id < '{}') NOT VALID"


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


async def downgrade(address: Redacted[str], revision: str) -> None:
    def work(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "auth_adapters.postgres:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

    engine = create_async_engine(address.reveal(), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(work)
    await engine.dispose()


async def undivided(address: Redacted[str], operator: AsyncEngine) -> None:
    """Let the trail be one table again in the schema of today, as a migration finds it that was broken off."""
    await downgrade(address, "0017")
    await rows(operator, "UPDATE auth.alembic_version SET version_num = '0017'")


async def test_a_trail_with_events_is_one_table_before_and_divided_after_and_whole_both_ways(
    address: Redacted[str], database: Database, operator: AsyncEngine
) -> None:
    auth, storage = core_over(database, batch=10)
    await happened(operator, *(each / 10 for each in range(40, 0, -1)))
    await record(storage, 2)  # of the year 2030, by their ids: these fit into no stretch
    await auth.audit.seal()
    before = await whole(auth)
    everything = "SELECT md5(string_agg(e::text, '|' ORDER BY id)) FROM auth.audit_events e"
    content = await scalar(operator, everything)

    await undivided(address, operator)

    assert not await scalar(operator, IS_DIVIDED)
    assert await scalar(operator, everything) == content
    assert await scalar(operator, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'auth'::regnamespace") == 0
    await rows(operator, "DELETE FROM auth.audit_events WHERE id > 'f0000000-0000-7000-8000-000000000000'")

    assert await migrate(address) == ("0018",)
    assert await schema_state(database) is SchemaState.CURRENT
    assert await scalar(operator, everything) == content
    assert await whole(auth) == before


async def test_the_rows_stay_where_they_are_and_keep_their_indexes(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    await undivided(address, operator)
    await happened(operator, *range(20))
    tables = ("audit_events", "audit_events_at_id_idx")
    before = [await scalar(operator, FILE_OF_THE_ROWS.format(each)) for each in tables]

    await migrate(address)

    assert await scalar(operator, IS_DIVIDED)
    first = [each.replace("audit_events", "audit_events_first") for each in tables]
    assert [await scalar(operator, FILE_OF_THE_ROWS.format(each)) for each in first] == before
    assert await scalar(operator, "SELECT count(*) FROM auth.audit_events_first") == 20
    assert await scalar(operator, LIMIT) == 0
    indexes = "SELECT count(*) FROM pg_index WHERE indrelid = 'auth.audit_events_first'::regclass"
    assert await scalar(operator, indexes) == 7


async def test_who_records_meanwhile_on_connections_of_before_loses_nothing(
    address: Redacted[str], database: Database, operator: AsyncEngine
) -> None:
    await undivided(address, operator)
    await happened(operator, *(each / 1000 for each in range(500)))
    done = asyncio.Event()
    recorded = 0

    async def keep_recording() -> None:
        nonlocal recorded
        while not done.is_set():
            await happened(operator, 0)
            recorded += 1

    recording = [asyncio.create_task(keep_recording()) for _ in range(3)]
    await migrate(address)
    done.set()
    await asyncio.gather(*recording)

    assert await scalar(operator, IS_DIVIDED)
    assert await scalar(operator, "SELECT count(*) FROM auth.audit_events") == 500 + recorded
    auth, _ = core_over(database)
    await auth.audit.seal()
    assert (await whole(auth)).events == 500 + recorded


async def test_a_division_that_was_broken_off_is_finished_by_the_next_migration(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    for days in (60, 3):  # with time enough left until the limit, and without
        await undivided(address, operator)
        await happened(operator, 1, 0)
        await migrate(address)
        await undivided(address, operator)
        await happened(operator, 2)
        bound = await scalar(operator, f"SELECT {PLACE.format(-days)}")
        await rows(operator, LIMITED.format(bound))

        await migrate(address)

        assert await scalar(operator, IS_DIVIDED)
        assert await scalar(operator, LIMIT) == 0


async def test_a_limit_that_was_left_behind_is_taken_away_before_anybody_runs_into_it(
    address: Redacted[str], database: Database, operator: AsyncEngine
) -> None:
    await _with_functions_in_one_table(address, operator)
    _, storage = core_over(database)
    await rows(operator, LIMITED.format(await scalar(operator, f"SELECT {PLACE.format(-13)}")))

    async with storage.uow() as tx:
        assert await tx.sealed_batches.make_room(span=Span.MONTH, ahead=3) == 0

    assert await scalar(operator, LIMIT) == 0


async def test_a_trail_with_ids_of_another_making_stays_one_table_and_works(
    address: Redacted[str], database: Database, operator: AsyncEngine
) -> None:
    await undivided(address, operator)
    await rows(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, details)"
        " VALUES ('f4e7c5a0-1111-4222-8333-123456789abc', 'login.succeeded', 'success', now(), '{}')",
    )

    await migrate(address)

    auth, storage = core_over(database, retention=timedelta(days=1))
    await record(storage, 2)
    await auth.audit.seal()
    assert not await scalar(operator, IS_DIVIDED)
    assert await auth.audit.make_room() == 0
    async with storage.uow() as tx:
        assert await tx.sealed_batches.empty_oldest(through=1) == 3


async def _with_functions_in_one_table(address: Redacted[str], operator: AsyncEngine) -> None:
    """Let a migration have been broken off before it divided the trail."""
    await undivided(address, operator)
    await rows(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, details)"
        " VALUES ('f4e7c5a0-1111-4222-8333-123456789abc', 'login.succeeded', 'success', now(), '{}')",
    )
    await migrate(address)
    await rows(operator, "DELETE FROM auth.audit_events")
