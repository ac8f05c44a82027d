"""Bringing the schema up to date."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres.address import DatabaseAddress
from auth_adapters.postgres.beside_writers import finish_beside_writers
from auth_adapters.postgres.migrations import REVISIONS, VERSION_TABLE
from auth_adapters.postgres.schema import SCHEMA
from auth_adapters.postgres.schema_state import APPLIED, SchemaState, state_of
from auth_adapters.postgres.serving_role import grant_to
from auth_adapters.postgres.violations import Moment, sqlstate_of, told_plainly
from auth_core.redacted import Redacted

_SECONDS_TO_CONNECT: Final = 5
_PATIENCE: Final = timedelta(minutes=10)
_SECONDS_BETWEEN: Final = 0.1

_LOCK_NOT_AVAILABLE: Final = ("55P03",)
# IF NOT EXISTS does not see what somebody else is making at this very moment.
_MADE_AT_ONCE: Final = ("23505", "42P06", "42P07")

_HAS_LOCK: Final = text(f"SELECT to_regclass('{SCHEMA}.migration_lock') IS NOT NULL")
_HAS_HISTORY: Final = text(f"SELECT to_regclass('{SCHEMA}.{VERSION_TABLE}') IS NOT NULL")
_MAKE_LOCK: Final = (
    text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"),
    text(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.migration_lock (one integer PRIMARY KEY)"),
    text(f"INSERT INTO {SCHEMA}.migration_lock VALUES (1) ON CONFLICT DO NOTHING"),  # noqa: S608 - a name of ours
)
_TAKE_LOCK: Final = (
    text("SET LOCAL statement_timeout = 0"),
    # Asked for again and again, and not waited for: a statement that waits would keep whoever has it from finishing an
    # index beside those who write.
    text(f"SELECT one FROM {SCHEMA}.migration_lock FOR UPDATE NOWAIT"),  # noqa: S608 - a name of ours
    # Whoever wants a table that a revision waits for has to wait behind it: rather try again than hold them up.
    text("SET LOCAL lock_timeout = '1s'"),
)


class SchemaAhead(Exception):
    """A later release has migrated this database; this one knows nothing of its schema."""

    def __init__(self) -> None:
        super().__init__("The database has been migrated by a later release. Install that one, or restore a backup.")


async def migrate(address: Redacted[str], *, serving_role: str | None = None) -> Sequence[str]:
    """Apply the revisions that are missing and return their names; print nothing.

    All of them are one transaction: whatever kills it, the database is as before, and the next call does the work.
    Afterwards large tables get what would hold up those who write, bit by bit beside them; a call that finds this
    unfinished goes on with it.
    Of any number of simultaneous calls, in whatever processes, one does it while the others wait.

    `serving_role` is given what it needs to serve, in all tables there are then: for a role that does not own them.

    Raises: InvalidDatabaseAddress, SchemaAhead, RoleNotBound, Unavailable, OutcomeUnknown, DatabaseFault.
    """
    engine = _engine(DatabaseAddress.parse(address.reveal()))
    try:
        with told_plainly(Moment.COMMITTING):
            applied = await _migrate(engine)
            if serving_role is not None:
                await _do(partial(grant_to, role=serving_role), engine, again_after=_LOCK_NOT_AVAILABLE)
            return applied
    finally:
        await engine.dispose()


def _engine(address: DatabaseAddress) -> AsyncEngine:
    return create_async_engine(
        address.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            **address.connect_args,
            "timeout": _SECONDS_TO_CONNECT,
            "server_settings": {"application_name": "auth-service migrate"},
        },
    )


async def _migrate(engine: AsyncEngine) -> Sequence[str]:
    await _do(_make_lock, engine, again_after=_MADE_AT_ONCE)
    applied = await _do(_upgrade, engine, again_after=_LOCK_NOT_AVAILABLE)
    await _again(partial(finish_beside_writers, engine), after=_LOCK_NOT_AVAILABLE)
    return applied


async def _do[T](work: Callable[[Connection], T], engine: AsyncEngine, *, again_after: Collection[str]) -> T:
    """Do `work` in a transaction of its own, and again after errors that pass by themselves."""
    return await _again(partial(_once, work, engine), after=again_after)


async def _once[T](work: Callable[[Connection], T], engine: AsyncEngine) -> T:
    with told_plainly(Moment.CONNECTING):
        connection = await engine.connect()
    try:
        async with connection.begin():
            return await connection.run_sync(work)
    finally:
        await connection.close()


async def _again[T](work: Callable[[], Awaitable[T]], *, after: Collection[str]) -> T:
    until = time.monotonic() + _PATIENCE.total_seconds()
    while True:
        try:
            return await work()
        except DBAPIError as error:
            if time.monotonic() > until or sqlstate_of(error) not in after:
                raise
        await asyncio.sleep(_SECONDS_BETWEEN)


def _make_lock(connection: Connection) -> None:
    if not connection.scalar(_HAS_LOCK):
        for statement in _MAKE_LOCK:
            connection.execute(statement)


def _upgrade(connection: Connection) -> Sequence[str]:
    for statement in _TAKE_LOCK:
        connection.execute(statement)
    applied = _applied(connection)
    match state_of(applied):
        case SchemaState.CURRENT:
            return ()
        case SchemaState.AHEAD:
            raise SchemaAhead
        case SchemaState.BEHIND:
            # Here and not above: who only serves need not wait for what migrates.
            from alembic import command  # noqa: PLC0415
            from alembic.config import Config  # noqa: PLC0415

            config = Config()
            config.set_main_option("script_location", "auth_adapters.postgres:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return REVISIONS[len(applied) and REVISIONS.index(applied[0]) + 1 :]


def _applied(connection: Connection) -> Sequence[str]:
    if not connection.scalar(_HAS_HISTORY):
        return ()
    return [row.version_num for row in connection.execute(APPLIED)]
