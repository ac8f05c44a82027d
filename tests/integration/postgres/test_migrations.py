"""The schema: made once by whoever comes first, the same as the classes of rows, and known for what it is."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, Row, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database, PostgresPorts, SchemaAhead, SchemaState, migrate, schema_state
from auth_adapters.postgres import migrations as migrations_package
from auth_adapters.postgres.migrations import REVISIONS, VERSION_TABLE
from auth_adapters.postgres.schema import SCHEMA, Record
from auth_core import Redacted
from auth_core.access.model import SYSTEM_ROLES
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar

# Names, types, orders, defaults, keys, indexes, partitioning and storage parameters: all of what makes a table what it
# is. Its partitions are like it: the server sees to that.
CATALOGUE = """
SELECT relname, 'column ' || attname, format_type(atttypid, atttypmod), collname, attnotnull::text,
       pg_get_expr(adbin, adrelid)
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  LEFT JOIN pg_collation ON pg_collation.oid = attcollation
 WHERE relnamespace = 'auth'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
UNION ALL
SELECT relname, 'constraint ' || conname, pg_get_constraintdef(pg_constraint.oid), NULL, NULL, NULL
  FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid
 WHERE relnamespace = 'auth'::regnamespace AND NOT relispartition
UNION ALL
SELECT tablename, 'index ' || indexname, indexdef, NULL, NULL, NULL
  FROM pg_indexes JOIN pg_class ON pg_class.oid = format('auth.%I', tablename)::regclass
 WHERE schemaname = 'auth' AND NOT relispartition
UNION ALL
SELECT relname, 'partitioning', pg_get_partkeydef(oid), NULL, NULL, NULL
  FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relkind = 'p'
UNION ALL
SELECT relname, 'options', reloptions::text, NULL, NULL, NULL
  FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY 1, 2
"""


@pytest.fixture
async def empty(databases: Databases) -> Redacted[str]:
    return await databases.empty()


@pytest.fixture
async def inside(empty: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    """A way into the empty database."""
    engine = create_async_engine(empty.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


STRETCHES = "SELECT relname FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relispartition"


async def state_of(address: Redacted[str]) -> SchemaState:
    database = Database(address, pool_size=2)
    try:
        return await schema_state(database)
    finally:
        await database.close()


async def catalogue(engine: AsyncEngine) -> Sequence[Row[Any]]:
    return [row for row in await rows(engine, CATALOGUE) if row.relname != VERSION_TABLE]


async def test_a_first_migration_makes_everything_and_a_second_one_nothing(empty: Redacted[str]) -> None:
    before = await state_of(empty)
    first = await migrate(empty)
    after = await state_of(empty)
    second = await migrate(empty)

    assert (before, tuple(first), after, tuple(second)) == (SchemaState.BEHIND, REVISIONS, SchemaState.CURRENT, ())


async def test_migrating_prints_nothing(empty: Redacted[str], capfd: pytest.CaptureFixture[str]) -> None:
    await migrate(empty)

    assert capfd.readouterr() == ("", "")


@pytest.mark.covers("MIG-07")
async def test_alembic_sees_no_difference_between_the_migrated_schema_and_the_rows(
    empty: Redacted[str], inside: AsyncEngine
) -> None:
    await migrate(empty)
    stretches = {row.relname for row in await rows(inside, STRETCHES)}

    def is_named(name: str | None, kind: str, parents: object) -> bool:
        del parents
        return name == SCHEMA if kind == "schema" else not (kind == "table" and name in stretches)

    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": is_named,
                "version_table": VERSION_TABLE,
                "version_table_schema": SCHEMA,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        return compare_metadata(context, Record.metadata)

    # A role that is called like the schema has it for its default, and Alembic then leaves its name out.
    outside = create_async_engine(
        empty.reveal(), poolclass=NullPool, connect_args={"server_settings": {"search_path": "public"}}
    )
    async with outside.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.covers("MIG-07")
async def test_the_migrated_schema_is_to_the_letter_what_the_rows_say(
    databases: Databases, empty: Redacted[str], inside: AsyncEngine
) -> None:
    await migrate(empty)
    modelled = create_async_engine((await databases.empty()).reveal(), poolclass=NullPool)
    async with modelled.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        await connection.run_sync(Record.metadata.create_all)

    assert await catalogue(inside) == await catalogue(modelled)
    assert len(await catalogue(inside)) > 60


async def test_the_system_roles_are_those_of_the_core(storage: PostgresPorts) -> None:
    async with storage.uow() as tx:
        assert await tx.roles.list_all() == sorted(SYSTEM_ROLES, key=lambda role: role.name)


def test_the_list_of_revisions_is_the_history() -> None:
    folder = Path(next(iter(migrations_package.__path__)))

    history = [script.revision for script in ScriptDirectory(folder).walk_revisions()]

    assert tuple(reversed(history)) == REVISIONS


@pytest.mark.covers("MIG-04")
@pytest.mark.parametrize("prepared", [False, True], ids=["first ever", "after a failed one"])
async def test_of_many_migrations_at_once_one_does_the_work(
    empty: Redacted[str], inside: AsyncEngine, *, prepared: bool
) -> None:
    if prepared:
        await rows(inside, "CREATE SCHEMA auth")
        await rows(inside, "CREATE TABLE auth.migration_lock (one integer PRIMARY KEY)")
        await rows(inside, "INSERT INTO auth.migration_lock VALUES (1)")

    applied = await asyncio.gather(*(migrate(empty) for _ in range(6)))

    assert sorted(map(tuple, applied)) == [()] * 5 + [REVISIONS]


MIGRATE = """
import asyncio, sys
from auth_adapters.postgres import migrate
from auth_core import Redacted
asyncio.run(migrate(Redacted(sys.stdin.readline())))
"""


@pytest.mark.covers("MIG-04")
async def test_of_several_processes_that_migrate_at_once_none_fails(empty: Redacted[str]) -> None:
    processes = [await _start(empty) for _ in range(2)]

    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0]
    assert await state_of(empty) is SchemaState.CURRENT


@pytest.mark.covers("MIG-03")
async def test_a_migration_that_is_killed_leaves_nothing_and_can_be_repeated(
    empty: Redacted[str], inside: AsyncEngine
) -> None:
    # Somebody has made a table of ours already, in a transaction that is open: so the migration stops in its middle.
    async with inside.connect() as other:
        await other.execute(text("CREATE SCHEMA auth"))
        await other.execute(text("BEGIN"))
        await other.execute(text("CREATE TABLE auth.sessions ()"))
        process = await _start(empty)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with asyncio.timeout(30):
            while not await scalar(inside, waiting):
                pass
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await other.execute(text("ROLLBACK"))

    assert await state_of(empty) is SchemaState.BEHIND
    assert await scalar(inside, "SELECT to_regclass('auth.users') IS NULL")
    assert tuple(await migrate(empty)) == REVISIONS


async def test_a_failed_migration_leaves_nothing(empty: Redacted[str], inside: AsyncEngine) -> None:
    await rows(inside, "CREATE SCHEMA auth")
    await rows(inside, "CREATE TABLE auth.sessions ()")

    with pytest.raises(Exception, match="42P07"):
        await migrate(empty)

    assert await scalar(inside, "SELECT to_regclass('auth.users') IS NULL")
    await rows(inside, "DROP TABLE auth.sessions")
    assert tuple(await migrate(empty)) == REVISIONS


@pytest.mark.covers("DB-14")
async def test_a_schema_of_the_future_is_known_and_left_alone(empty: Redacted[str], inside: AsyncEngine) -> None:
    await migrate(empty)
    await rows(inside, f"UPDATE auth.{VERSION_TABLE} SET version_num = '9999'")

    assert await state_of(empty) is SchemaState.AHEAD
    with pytest.raises(SchemaAhead):
        await migrate(empty)


async def test_nothing_lies_outside_our_schema(empty: Redacted[str], inside: AsyncEngine) -> None:
    await migrate(empty)

    ours_and_the_servers = "SELECT oid FROM pg_namespace WHERE nspname ~ '^(auth|pg_.*|information_schema)$'"
    for what in (
        f"pg_class WHERE relnamespace NOT IN ({ours_and_the_servers})",
        "pg_extension WHERE extname <> 'plpgsql'",
        "pg_trigger WHERE NOT tgisinternal",
        "pg_type WHERE typtype IN ('d', 'e') AND typnamespace = 'auth'::regnamespace",
        "pg_proc WHERE pronamespace = 'auth'::regnamespace AND proname !~ '^audit_'",
    ):
        assert await scalar(inside, f"SELECT count(*) FROM {what}") == 0, what


@pytest.mark.covers("DB-20")
async def test_what_runs_with_the_rights_of_the_owner_finds_what_it_names_and_is_for_nobody_by_itself(
    empty: Redacted[str], inside: AsyncEngine
) -> None:
    await migrate(empty)

    functions = await rows(
        inside,
        "SELECT proname, prosecdef, proconfig, has_function_privilege('public', pg_proc.oid, 'EXECUTE') AS open"
        " FROM pg_proc WHERE pronamespace = 'auth'::regnamespace",
    )

    assert {each.proname for each in functions if each.prosecdef} == {
        "audit_make_room", "audit_removable", "audit_remove_oldest", "audit_outside", "audit_erase",
    }  # fmt: skip
    assert not any(each.open for each in functions if each.prosecdef)
    assert all("search_path=pg_catalog, pg_temp" in each.proconfig for each in functions)


async def _start(address: Redacted[str]) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MIGRATE, stdin=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdin is not None
    process.stdin.write(f"{address.reveal()}\n".encode())
    process.stdin.close()
    return process
