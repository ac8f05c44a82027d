"""The fast way for calls that are one statement: the driver's own pool, and nothing in between."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import Executable

from auth_adapters.postgres.address import DatabaseAddress
from auth_adapters.postgres.connections_at_hand import ConnectionsAtHand, Pooled, cut
from auth_adapters.postgres.deadlines import Deadlines
from auth_adapters.postgres.pools import PoolState, driver_settings
from auth_adapters.postgres.prepared import DIALECT, Prepared, prepared
from auth_adapters.postgres.statements import Answer
from auth_adapters.postgres.violations import (
    FAILURES,
    ConnectionLost,
    Moment,
    is_end_of_connection,
    tell_plainly,
    told_plainly,
)


class SingleStatements:
    """Runs statements that commit by themselves, on few connections, the one used last first: it is the warmest.

    Most calls of a busy service are one statement: a refresh, a look at a person or a session. For these it is left out
    what a transaction adds (the check before, BEGIN, COMMIT, the reset after), and what SQLAlchemy adds, which is a
    multiple of what the driver takes by itself. The statements are SQLAlchemy's all the same, compiled once.
    """

    def __init__(self, address: DatabaseAddress, deadlines: Deadlines, *, most: int) -> None:
        """Connect to nothing yet."""
        self._address = address
        self._deadlines = deadlines
        self._most = most
        self._connections: ConnectionsAtHand | None = None

    async def write(self, statement: Executable, **values: object) -> Answer:
        return await self._run(statement, values, Moment.COMMITTING)

    async def read(self, statement: Executable, **values: object) -> Answer:
        try:
            return await self._run(statement, values, Moment.WORKING)
        except ConnectionLost:
            return await self._run(statement, values, Moment.WORKING)

    async def _run(self, statement: Executable, values: Mapping[str, object], moment: Moment) -> Answer:
        asked = prepared(statement)
        connections = self._connections or await self._opened()
        connection = connections.at_hand()
        if connection is None:
            with told_plainly(Moment.CONNECTING):
                connection = await connections.take()
        age, is_well = connections.age, False
        try:
            answer = await self._ask(connections, connection, asked, values)
            is_well = True
            return answer
        except FAILURES as error:
            tell_plainly(error, moment)
        finally:
            if is_well and age == connections.age:
                connections.hand_on(connection)
            else:
                await connections.give_back(connection)

    async def _ask(
        self, connections: ConnectionsAtHand, connection: Pooled, asked: Prepared, values: Mapping[str, object]
    ) -> Answer:
        try:
            return await _answer(connection, asked, asked.arguments(values))
        except asyncpg.PostgresError as error:
            if is_end_of_connection(error):
                cut(connection)
                await connections.give_up()  # the others lead to the same server
            raise
        except asyncio.CancelledError:
            raise  # the driver asks the server to stop, and the pool waits until it has
        except BaseException as error:
            # The answer may still come, and must not be taken for that of the next call.
            if cut(connection) and isinstance(error, asyncpg.InterfaceError):
                raise ConnectionResetError from error
            raise

    async def _opened(self) -> ConnectionsAtHand:
        if self._connections is None:
            pool = asyncpg.create_pool(
                **self._connecting(),
                min_size=0,
                max_size=self._most,
                reset=_nothing,
                max_inactive_connection_lifetime=0,
            )
            self._connections = ConnectionsAtHand(
                await pool,  # at once, since no connection is made yet
                most=self._most,
                patience=self._deadlines.acquire,
            )
        return self._connections

    def _connecting(self) -> dict[str, Any]:
        """Return what the driver is told, in the words in which SQLAlchemy would tell it."""
        told: dict[str, Any] = DIALECT.create_connect_args(self._address.url)[1]  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it
        if (size := told.pop("prepared_statement_cache_size", None)) is not None:
            told["statement_cache_size"] = size
        return {**told, **driver_settings(self._address, self._deadlines)}

    @property
    def state(self) -> PoolState:
        """How the connections are used at this moment."""
        if self._connections is None:
            return PoolState(used=0, idle=0, most=self._most)
        idle = self._connections.idle
        return PoolState(used=self._connections.taken - idle, idle=idle, most=self._most)

    async def close(self) -> None:
        """Close all connections; those that do not end in good order are cut."""
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.close()


async def _answer(connection: Pooled, asked: Prepared, arguments: Sequence[object]) -> Answer:
    if asked.returns_rows:
        records = await connection.fetch(asked.text, *arguments)
        if not records:
            return Answer((), 0)
        as_row = _rows_with(tuple(records[0].keys()))
        return Answer([as_row(record) for record in records], len(records))
    status = await connection.execute(asked.text, *arguments)
    return Answer((), int(status.rpartition(" ")[2]))


@lru_cache(maxsize=256)
def _rows_with(columns: tuple[str, ...]) -> Callable[[Iterable[object]], Any]:
    """Return what makes a record of the driver a row whose columns are attributes, as they are of SQLAlchemy's."""
    places = {column: property(itemgetter(place)) for place, column in enumerate(columns)}
    return type("Row", (tuple,), {"__slots__": (), **places})


async def _nothing(_: object) -> None:
    """Leave a connection as it is: a statement by itself leaves nothing behind."""
