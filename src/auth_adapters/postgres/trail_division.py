"""Dividing the audit trail into stretches of time while everybody writes: its table becomes the first of them.

No row is moved or written anew. That the rows fit is checked beside those who write; what then holds them up is a
change of names, which takes milliseconds and is tried again when the lock is not to be had at once.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_adapters.postgres.schema import SCHEMA

FIRST: Final = "audit_events_first"
"""The stretch of everything that was recorded before the trail was divided, and some time after."""

OTHER: Final = "audit_events_other"
"""Where events go that fit into no stretch."""

_TABLE: Final = f"{SCHEMA}.audit_events"
_CHECK: Final = "audit_events_first_check"
_INDEXES: Final = (
    "(subject, at, id)",
    "(recorded_at, id)",
    "(at, id)",
    "(actor, at, id)",
    "(kind, at, id)",
    "(outcome, at, id)",
)
_ROOM: Final = ("month", 3)

_IS_DIVIDED: Final = text("SELECT relkind = 'p' FROM pg_class WHERE oid = 'auth.audit_events'::regclass")
# The first of the month after next: what is recorded while we work fits in any case.
_BOUND: Final = text(
    "SELECT auth.audit_place(date_trunc('month', clock_timestamp(), 'UTC') + interval '2 months')::text"
)
_BEYOND: Final = text("SELECT EXISTS (SELECT FROM auth.audit_events WHERE id >= CAST(:bound AS uuid))")
# What an attempt before this one has left behind, if there is time enough until nothing would fit any more.
_BOUND_BEFORE: Final = text(
    "SELECT bound FROM pg_constraint, substring(pg_get_constraintdef(oid) FROM '[0-9a-f-]{36}') AS bound"
    " WHERE conrelid = 'auth.audit_events'::regclass AND conname = 'audit_events_first_check'"
    " AND auth.audit_moment(bound::uuid) > clock_timestamp() + interval '21 days'"
)
_GRANTS: Final = text(
    "SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,"
    " privilege_type FROM pg_class, aclexplode(relacl)"
    " WHERE oid = 'auth.audit_events'::regclass AND grantee <> relowner"
)


async def is_divided_or_stays_whole(connection: AsyncConnection) -> bool:
    """Say whether there is nothing to do: the trail is divided, or its ids say nothing of the time."""
    if await connection.scalar(_IS_DIVIDED):
        return True
    bound = await connection.scalar(_BOUND)
    return bool(await connection.scalar(_BEYOND, {"bound": bound}))


async def divide_trail(connection: AsyncConnection) -> None:
    """Divide it, over a connection in no transaction, if that is not done.

    A trail with ids of another making than UUIDv7 stays whole, and its old events go one by one.
    """
    if await is_divided_or_stays_whole(connection):
        return
    bound = await connection.scalar(_BOUND_BEFORE)
    if bound is None:
        bound = await connection.scalar(_BOUND)
        await _run(connection, f"ALTER TABLE {_TABLE} DROP CONSTRAINT IF EXISTS {_CHECK}")
        await _run(connection, f"ALTER TABLE {_TABLE} ADD CONSTRAINT {_CHECK} CHECK (id < '{bound}') NOT VALID")
    # Looks at every row, and lets everybody write meanwhile.
    await _run(connection, f"ALTER TABLE {_TABLE} VALIDATE CONSTRAINT {_CHECK}")
    await connection.exec_driver_sql("BEGIN")
    try:
        await _exchange(connection, bound)
    except BaseException:
        await connection.exec_driver_sql("ROLLBACK")
        raise
    await connection.exec_driver_sql("COMMIT")


async def _exchange(connection: AsyncConnection, bound: str) -> None:
    await _run(connection, "SET LOCAL lock_timeout = '1s'")
    await _run(connection, f"LOCK TABLE {_TABLE} IN ACCESS EXCLUSIVE MODE")
    grants = (await connection.execute(_GRANTS)).all()
    await _run(connection, f"ALTER TABLE {_TABLE} RENAME TO {FIRST}")
    await _run(connection, f"ALTER INDEX {SCHEMA}.audit_events_pkey RENAME TO {FIRST}_pkey")
    for columns in _INDEXES:
        await _run(connection, f"ALTER INDEX {SCHEMA}.{_index_on(columns)} RENAME TO {FIRST}_{_ending(columns)}")
    first = f"{SCHEMA}.{FIRST}"
    await _run(connection, f"CREATE TABLE {_TABLE} (LIKE {first} INCLUDING DEFAULTS) PARTITION BY RANGE (id)")
    await _run(connection, f"ALTER TABLE {_TABLE} ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id)")
    for columns in _INDEXES:
        await _run(connection, f"CREATE INDEX {_index_on(columns)} ON {_TABLE} {columns}")
    await _run(connection, f"ALTER TABLE {_TABLE} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ('{bound}')")
    await _run(connection, f"ALTER TABLE {first} DROP CONSTRAINT {_CHECK}")
    await _run(connection, f"CREATE TABLE {SCHEMA}.{OTHER} PARTITION OF {_TABLE} DEFAULT")
    for grantee, privilege in grants:
        await _run(connection, f"GRANT {privilege} ON {_TABLE} TO {grantee}")
        await _run(connection, f"REVOKE ALL ON {first}, {SCHEMA}.{OTHER} FROM {grantee}")
    span, ahead = _ROOM
    await _run(connection, f"SELECT {SCHEMA}.audit_make_room('{span}', {ahead})")


async def _run(connection: AsyncConnection, statement: str) -> None:
    await connection.exec_driver_sql(statement)


def _index_on(columns: str) -> str:
    return f"audit_events_{_ending(columns)}"


def _ending(columns: str) -> str:
    return columns.strip("()").replace(", ", "_") + "_idx"
