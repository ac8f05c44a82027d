"""The fast way for calls that are one statement: the driver's own pool, and nothing in between."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Executable, Row

from auth_adapters.postgres.address import DatabaseAddress
from auth_adapters.postgres.deadlines import Deadlines
from auth_adapters.postgres.pools import PoolState, driver_settings
from auth_adapters.postgres.prepared import DIALECT, Prepared, prepared
from auth_adapters.postgres.statements import Answer
from auth_adapters.postgres.violations import ConnectionLost, Moment, is_end_of_connection, told_plainly

_TAKES_LEAVE: Final = 1.0
"""Seconds for what is nobody's wish any more: to stop a statement, to end connections in good order."""


class _Row(asyncpg.Record):
    """A row whose columns are attributes, as they are of SQLAlchemy's."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the column holds
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


type Pool = asyncpg.Pool[_Row]
type Pooled = PoolConnectionProxy[_Row]


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
        self._pool: Pool | None = None
        self._at_hand: list[Pooled] = []
        """Taken from the pool and not given back: to take one of these costs nothing."""
        self._waiting = 0
        self._left = 0
        """How often all connections were given up: those made before are not kept at hand any more."""

    async def write(self, statement: Executable, **values: object) -> Answer:
        return await self._run(statement, values, Moment.COMMITTING)

    async def read(self, statement: Executable, **values: object) -> Answer:
        try:
            return await self._run(statement, values, Moment.WORKING)
        except ConnectionLost:
            return await self._run(statement, values, Moment.WORKING)

    async def _run(self, statement: Executable, values: Mapping[str, object], moment: Moment) -> Answer:
        asked = prepared(statement)
        pool = self._pool or await self._opened()
        connection = self._at_hand_and_alive() or await self._wait_for_one(pool)
        left, is_well = self._left, False
        try:
            with told_plainly(moment):
                answer = await self._ask(pool, connection, asked, values)
            is_well = True
            return answer
        finally:
            if is_well and left == self._left and not self._waiting:
                self._at_hand.append(connection)
            else:
                with suppress(TimeoutError):  # then it was cut
                    await pool.release(connection, timeout=_TAKES_LEAVE)

    def _at_hand_and_alive(self) -> Pooled | None:
        """Take the connection that was used last; those that have ended meanwhile are left to the pool."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if not _has_ended(connection):
                return connection
            _cut(connection)
        return None

    async def _wait_for_one(self, pool: Pool) -> Pooled:
        self._waiting += 1
        try:
            with told_plainly(Moment.CONNECTING):
                return await pool.acquire(timeout=self._deadlines.acquire.total_seconds())
        finally:
            self._waiting -= 1

    async def _ask(self, pool: Pool, connection: Pooled, asked: Prepared, values: Mapping[str, object]) -> Answer:
        try:
            return await _answer(connection, asked, asked.arguments(values))
        except asyncpg.PostgresError as error:
            if is_end_of_connection(error):
                _cut(connection)
                self._leave()
                await pool.expire_connections()
            raise
        except asyncio.CancelledError:
            raise  # the driver asks the server to stop, and the pool waits until it has
        except BaseException as error:
            # The answer may still come, and must not be taken for that of the next call.
            if _cut(connection) and isinstance(error, asyncpg.InterfaceError):
                raise ConnectionResetError from error
            raise

    def _leave(self) -> None:
        """Keep no connection that was made before: all lead to the same server."""
        self._left += 1
        while self._at_hand:
            _cut(self._at_hand.pop())

    async def _opened(self) -> Pool:
        if self._pool is None:
            pool = asyncpg.create_pool(
                **self._connecting(),
                record_class=_Row,
                min_size=0,
                max_size=self._most,
                reset=_nothing,
                max_inactive_connection_lifetime=0,
            )
            self._pool = await pool  # at once, since no connection is made yet
        return self._pool

    def _connecting(self) -> dict[str, Any]:
        """Return what the driver is told, in the words in which SQLAlchemy would tell it."""
        told: dict[str, Any] = DIALECT.create_connect_args(self._address.url)[1]  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it
        if (size := told.pop("prepared_statement_cache_size", None)) is not None:
            told["statement_cache_size"] = size
        return {**told, **driver_settings(self._address, self._deadlines)}

    @property
    def state(self) -> PoolState:
        """How the connections are used at this moment."""
        if self._pool is None:
            return PoolState(used=0, idle=0, most=self._most)
        idle = self._pool.get_idle_size() + len(self._at_hand)
        return PoolState(used=self._pool.get_size() - idle, idle=idle, most=self._most)

    async def close(self) -> None:
        """Close all connections; those that do not end in good order are cut."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        at_hand, self._at_hand = self._at_hand, []
        self._left += 1
        try:
            async with asyncio.timeout(_TAKES_LEAVE):
                for each in at_hand:
                    await pool.release(each)
                await pool.close()
        except TimeoutError:
            pool.terminate()


def _has_ended(connection: Pooled) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def _cut(connection: Pooled) -> bool:
    """End a connection at once; True when it had ended already."""
    had_ended = _has_ended(connection)
    with suppress(asyncpg.InterfaceError):
        connection.terminate()
    return had_ended


async def _answer(connection: Pooled, asked: Prepared, arguments: Sequence[object]) -> Answer:
    if asked.returns_rows:
        rows = await connection.fetch(asked.text, *arguments)
        return Answer(cast("Sequence[Row[Any]]", rows), len(rows))
    status = await connection.execute(asked.text, *arguments)
    return Answer((), int(status.rpartition(" ")[2]))


async def _nothing(_: object) -> None:
    """Leave a connection as it is: a statement by itself leaves nothing behind."""
