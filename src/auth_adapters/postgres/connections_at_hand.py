"""Connections of the driver's pool, kept at hand: from one call to the next they are handed on, and not given back."""

import asyncio
from collections import deque
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

type Pool = asyncpg.Pool[Any]
type Pooled = PoolConnectionProxy[Any]

TAKES_LEAVE: Final = 1.0
"""Seconds for what is nobody's wish any more: to stop a statement, to end connections in good order."""


class ConnectionsAtHand:
    """A pool's connections, the one used last first: it is the warmest.

    The pool makes them and ends them. To take one from it and to give it back costs as much as a short statement, so
    that is done only when there is none at hand, or when one is of no use any more.
    """

    def __init__(self, pool: Pool, *, most: int, patience: timedelta) -> None:
        """Hold nothing yet. Nobody waits for longer than `patience`."""
        self._pool = pool
        self._most = most
        self._patience = patience.total_seconds()
        self._idle: list[Pooled] = []
        self._waiting = deque[asyncio.Future[Pooled | None]]()
        self._taken = 0
        self._age = 0

    @property
    def idle(self) -> int:
        """How many are at hand."""
        return len(self._idle)

    @property
    def taken(self) -> int:
        """How many have been taken from the pool, those at hand among them."""
        return self._taken

    @property
    def age(self) -> int:
        """How often all connections were given up. What was taken before the last time must not be handed on."""
        return self._age

    def at_hand(self) -> Pooled | None:
        """Return a connection for one call, None when there is none at hand."""
        while self._idle:
            connection = self._idle.pop()
            if not has_ended(connection):
                return connection
            cut(connection)
            self._taken -= 1
        return None

    async def take(self) -> Pooled:
        """Return a connection for one call: a new one, or the first that nobody needs any more.

        Raises: TimeoutError, and what the driver raises when it cannot connect.
        """
        async with asyncio.timeout(self._patience):
            while self._taken >= self._most:
                if (connection := await self._next()) is not None:
                    return connection
            return await self._from_pool()

    def hand_on(self, connection: Pooled) -> None:
        """Let the next one have a connection that is well."""
        if not self._tell(connection):
            self._idle.append(connection)

    async def give_back(self, connection: Pooled) -> None:
        """Let the pool see what is left of a connection: it waits until the server has stopped what was broken off."""
        try:
            with suppress(TimeoutError):  # then it was cut
                await self._pool.release(connection, timeout=TAKES_LEAVE)
        finally:
            self._taken -= 1
            self._tell(None)

    async def give_up(self) -> None:
        """Use no connection any more that was made before now."""
        self._age += 1
        while self._idle:
            cut(self._idle.pop())
            self._taken -= 1
        await self._pool.expire_connections()

    async def close(self) -> None:
        """Close all connections, those in use when they come back; those that take too long are cut."""
        self._age += 1
        try:
            async with asyncio.timeout(TAKES_LEAVE):
                while self._idle:
                    await self.give_back(self._idle.pop())
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def _next(self) -> Pooled | None:
        """Wait for one that is handed on; None when there is room for another one."""
        mine: asyncio.Future[Pooled | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            return await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it came in the same moment
                connection = mine.result()
                if connection is None:
                    self._tell(None)
                else:
                    self.hand_on(connection)
            raise

    def _tell(self, connection: Pooled | None) -> bool:
        """Give it to whoever has waited for longest; False when nobody waits."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False

    async def _from_pool(self) -> Pooled:
        self._taken += 1
        try:
            return await self._pool.acquire()
        except BaseException:
            self._taken -= 1
            self._tell(None)
            raise


def has_ended(connection: Pooled) -> bool:
    """Say whether nothing can be sent over it any more."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def cut(connection: Pooled) -> bool:
    """End a connection at once; True when it had ended already."""
    had_ended = has_ended(connection)
    with suppress(asyncpg.InterfaceError):
        connection.terminate()
    return had_ended
