"""How statements are run: in a transaction, or each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_adapters.postgres.violations import ConnectionLost, Moment, told_plainly


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows a statement returned, and how many it touched."""

    rows: Sequence[Row[Any]]
    count: int

    @property
    def row(self) -> Row[Any] | None:
        """The first row; None when there is none."""
        return self.rows[0] if self.rows else None


class InTransaction:
    """Runs statements in an open transaction, and remembers the first that failed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.failure: Exception | None = None

    async def run(self, statement: Executable, **values: object) -> Answer:
        """Run one statement. Raises: Unavailable, DatabaseFault."""
        try:
            with told_plainly(Moment.WORKING):
                return _answer(await self._connection.execute(statement, values))
        except Exception as error:
            self.failure = self.failure or error
            raise

    async def run_many(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> Answer:
        """Run one statement for each of these values, in few round trips. Raises: Unavailable, DatabaseFault."""
        if not rows:
            return Answer((), 0)
        try:
            with told_plainly(Moment.WORKING):
                return _answer(await self._connection.execute(statement, rows))
        except Exception as error:
            self.failure = self.failure or error
            raise


class Alone(Protocol):
    """Runs single statements, each of which is its own transaction: one round trip."""

    async def write(self, statement: Executable, **values: object) -> Answer:
        """Run a statement that changes something.

        Raises: Unavailable when nothing was changed, OutcomeUnknown when that cannot be told, DatabaseFault.
        """
        ...

    async def read(self, statement: Executable, **values: object) -> Answer:
        """Run a statement that changes nothing, once more if the connection breaks.

        Raises: Unavailable, DatabaseFault.
        """
        ...


class OnEngine:
    """Single statements on the connections of an engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, statement: Executable, **values: object) -> Answer:
        connection = await self._connect()
        return await _run(connection, statement, values, Moment.COMMITTING)

    async def read(self, statement: Executable, **values: object) -> Answer:
        try:
            return await _run(await self._connect(), statement, values, Moment.WORKING)
        except ConnectionLost:
            return await _run(await self._connect(), statement, values, Moment.WORKING)

    async def _connect(self) -> AsyncConnection:
        with told_plainly(Moment.CONNECTING):
            return await self._engine.connect()


async def _run(
    connection: AsyncConnection, statement: Executable, values: Mapping[str, object], moment: Moment
) -> Answer:
    try:
        with told_plainly(moment):
            return _answer(await connection.execute(statement, values))
    finally:
        await connection.close()


def _answer(result: CursorResult[Any]) -> Answer:
    return Answer(result.all() if result.returns_rows else (), result.rowcount)
