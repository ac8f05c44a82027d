"""What is done to large tables while everybody works: it holds nobody up, and goes on where it was."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import migrate
from auth_adapters.postgres.beside_writers import INDEXES
from auth_core import Redacted
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar

VALID = "SELECT count(*) FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = ANY(:names) AND indisvalid"
OLD_ROWS = """INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, status, security_version,
    created_at, updated_at) SELECT gen_random_uuid(), n || '@old', n || '@old', 'Élodie', 'GROß', 'active', 0, now(),
    now() FROM generate_series(1, 5000) n"""


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    return await databases.migrated()


@pytest.fixture
async def inside(address: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    engine = create_async_engine(address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


async def valid_indexes(inside: AsyncEngine) -> int:
    count: int = await scalar(inside, VALID, names=list(INDEXES))
    return count


@pytest.mark.covers("MIG-03")
async def test_rows_of_the_release_before_get_their_keys_with_the_next_migration(
    address: Redacted[str], inside: AsyncEngine
) -> None:
    await rows(inside, OLD_ROWS)

    assert tuple(await migrate(address)) == ()

    keys = await rows(inside, "SELECT first_name_key, last_name_key, count(*) FROM auth.users GROUP BY 1, 2")
    assert [tuple(row) for row in keys] == [("élodie", "gross", 5000)]


@pytest.mark.covers("MIG-03")
async def test_an_index_that_is_missing_or_was_left_half_made_is_made(
    address: Redacted[str], inside: AsyncEngine
) -> None:
    missing, half_made, *_ = INDEXES
    await rows(inside, f"DROP INDEX auth.{missing}, auth.{half_made}")
    # Somebody's transaction is looked after for as long as it lasts: whoever is killed while waiting leaves this.
    async with inside.connect() as other:
        await other.execute(text("BEGIN ISOLATION LEVEL REPEATABLE READ"))
        await other.execute(text("SELECT count(*) FROM auth.users"))
        builder = asyncio.create_task(
            rows(inside, f"CREATE INDEX CONCURRENTLY {half_made} ON auth.{INDEXES[half_made]}")
        )
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'"
        async with asyncio.timeout(30):
            while not (found := await rows(inside, waiting)):
                await asyncio.sleep(0.01)
        await rows(inside, f"SELECT pg_terminate_backend({found[0].pid})")
        with pytest.raises(Exception, match=r"terminat|closed"):
            await builder
        await other.execute(text("ROLLBACK"))
    assert await valid_indexes(inside) == len(INDEXES) - 2

    await asyncio.gather(*(migrate(address) for _ in range(3)))

    assert await valid_indexes(inside) == len(INDEXES)


@pytest.mark.covers("MIG-04")
async def test_people_are_written_while_an_index_is_being_made(address: Redacted[str], inside: AsyncEngine) -> None:
    for each in INDEXES:
        await rows(inside, f"DROP INDEX auth.{each}")
    async with inside.connect() as other:
        await other.execute(text("BEGIN"))
        await other.execute(text(OLD_ROWS))
        migration = asyncio.create_task(migrate(address))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'"
        async with asyncio.timeout(30):
            while not await rows(inside, waiting):
                await asyncio.sleep(0.01)

        # It waits for that transaction; nobody waits for it.
        async with asyncio.timeout(5):
            await rows(inside, OLD_ROWS.replace("'@old'", "'@new'"))
        assert not migration.done()
        await other.execute(text("COMMIT"))

    await migration
    assert await valid_indexes(inside) == len(INDEXES)
