"""Hearing from the server what others have committed."""

import asyncio
from typing import Any, Final

from asyncpg import Connection
from sqlalchemy import event
from sqlalchemy.engine.interfaces import AdaptedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_LISTENS: Final = "listens to "


class Listening:
    """Listens to a channel on every connection of `engine`, in use or idle.

    What is heard is a hint: it may come late, twice, or, while a connection is away, never.
    """

    def __init__(self, engine: AsyncEngine, *, channel: str) -> None:
        self._channel = channel
        self._next = asyncio.Event()
        event.listen(engine.sync_engine, "checkout", self._listen)

    @property
    def next(self) -> asyncio.Event:
        """The event that is set when something is heard from now on, or a connection ends."""
        return self._next

    def _listen(self, dbapi_connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 - the driver's
        if entry.info.get(_LISTENS + self._channel):
            return
        adapted: AdaptedConnection = dbapi_connection
        adapted.run_async(self._begin)
        entry.info[_LISTENS + self._channel] = True

    async def _begin(self, connection: "Connection[Any]") -> None:
        await connection.add_listener(self._channel, self._wake)
        connection.add_termination_listener(self._wake)

    def _wake(self, *_: object) -> None:
        heard, self._next = self._next, asyncio.Event()
        heard.set()
