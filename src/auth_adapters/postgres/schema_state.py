"""Whether a database has the schema this release was written for."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from sqlalchemy import column, select, table

from auth_adapters.postgres.database import Database
from auth_adapters.postgres.migrations import REVISIONS, VERSION_TABLE
from auth_adapters.postgres.schema import SCHEMA
from auth_adapters.postgres.violations import DatabaseFault

_NO_SUCH_TABLE: Final = ("3F000", "42P01")

APPLIED: Final = select(table(VERSION_TABLE, column("version_num"), schema=SCHEMA))


class SchemaState(StrEnum):
    """How the schema of a database stands to this release."""

    CURRENT = "current"
    BEHIND = "behind"
    """`migrate` has work to do."""
    AHEAD = "ahead"
    """A later release has been here. It leaves a schema with which the one before still works."""


async def schema_state(database: Database) -> SchemaState:
    """Ask the database, by one statement. Raises: Unavailable."""
    try:
        answer = await database.single_statements.read(APPLIED)
    except DatabaseFault as fault:
        if fault.sqlstate in _NO_SUCH_TABLE:
            return SchemaState.BEHIND
        raise
    return state_of([row.version_num for row in answer.rows])


def state_of(applied: Collection[str]) -> SchemaState:
    """Say what the revisions that a database names mean to this release."""
    if any(each not in REVISIONS for each in applied):
        return SchemaState.AHEAD
    return SchemaState.CURRENT if REVISIONS[-1] in applied else SchemaState.BEHIND
