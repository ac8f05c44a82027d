"""The part of a migration that takes long on large tables: done while everybody works, in steps that stay done.

Whatever kills it, the next migration goes on where it was. An index that was left half made is made anew.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_adapters.postgres.schema import SCHEMA
from auth_core.users.directory import folded

INDEXES: Final = {
    "users_created_at_id_idx": "users (created_at, id)",
    "users_last_name_key_first_name_key_id_idx": "users (last_name_key, first_name_key, id)",
    "users_first_name_key_id_idx": "users (first_name_key, id)",
    "users_status_id_idx": "users (status, id)",
    "users_deleted_id_idx": "users (id) WHERE deleted_at IS NOT NULL",
}
"""What is indexed by which. Those that have been released never change."""

_ROWS_AT_ONCE: Final = 2_000
_FIRST: Final = UUID(int=0)

# Nobody waits for us meanwhile, so we wait as long as it takes.
_PATIENT: Final = (text("SET statement_timeout = 0"), text("SET lock_timeout = 0"))
_HOLD_LOCK: Final = (
    # Not waited for: a statement that waits keeps an index from being finished.
    text(f"SELECT one FROM {SCHEMA}.migration_lock FOR UPDATE NOWAIT"),  # noqa: S608 - a name of ours
    # So does the last statement of a transaction that sees rows, until there is another: this one sees none.
    text("SET LOCAL idle_in_transaction_session_timeout = 0"),
)
_STATE: Final = text(
    "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relnamespace = CAST(:schema AS regnamespace) AND relname = ANY(:names)"
).bindparams(bindparam("schema", SCHEMA, type_=Text), bindparam("names", type_=ARRAY(Text)))
_NAMELESS: Final = text(
    f"SELECT id, first_name, last_name FROM {SCHEMA}.users"  # noqa: S608 - a name of ours
    f" WHERE last_name_key = '' AND id > :after ORDER BY id LIMIT {_ROWS_AT_ONCE}"
).bindparams(bindparam("after", type_=Uuid))
# Who is renamed meanwhile has the keys already, or is found next time.
_FILL: Final = text(
    f"UPDATE {SCHEMA}.users SET first_name_key = new.first_key, last_name_key = new.last_key"  # noqa: S608 - ours
    " FROM unnest(:ids, :firsts, :lasts, :first_keys, :last_keys) AS new (id, first, last, first_key, last_key)"
    " WHERE users.id = new.id AND first_name = new.first AND last_name = new.last AND last_name_key = ''"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("firsts", "lasts", "first_keys", "last_keys")),
)


async def finish_beside_writers(engine: AsyncEngine) -> None:
    """Do what is left to do, if anything. Only one does: the others fail with what a lock that is not free says."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for each in _PATIENT:
            await connection.execute(each)
        if await _is_finished(connection):
            return
        async with engine.connect() as lock, lock.begin():
            for each in _HOLD_LOCK:
                await lock.execute(each)
            await _fill_in_names(connection)
            await _make_indexes(connection)


async def _is_finished(connection: AsyncConnection) -> bool:
    valid = await _indexes(connection)
    if not all(valid.get(name, False) for name in INDEXES):
        return False
    # Cheap only with the index, which is there now.
    return not (await connection.execute(_NAMELESS, {"after": _FIRST})).all()


async def _indexes(connection: AsyncConnection) -> dict[str, bool]:
    found = await connection.execute(_STATE, {"names": list(INDEXES)})
    return {row.relname: row.indisvalid for row in found}


async def _fill_in_names(connection: AsyncConnection) -> None:
    after: Any = _FIRST
    while rows := (await connection.execute(_NAMELESS, {"after": after})).all():
        await connection.execute(
            _FILL,
            {
                "ids": [row.id for row in rows],
                "firsts": [row.first_name for row in rows],
                "lasts": [row.last_name for row in rows],
                "first_keys": [folded(row.first_name) for row in rows],
                "last_keys": [folded(row.last_name) for row in rows],
            },
        )
        after = rows[-1].id


async def _make_indexes(connection: AsyncConnection) -> None:
    state = await _indexes(connection)
    for name, definition in INDEXES.items():
        if state.get(name) is False:
            await connection.execute(text(f"DROP INDEX CONCURRENTLY {SCHEMA}.{name}"))
        if not state.get(name):
            await connection.execute(text(f"CREATE INDEX CONCURRENTLY {name} ON {SCHEMA}.{definition}"))
