"""Lets a crowd in a few at a time, so that whoever is inside already is not kept waiting by it."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_AT_ONCE: Final = 4
"""Requests begun in one turn of the event loop: some milliseconds of work."""


@dataclass(slots=True)
class FairTurns:
    """Begins no more than a few requests in one turn of the event loop, in the order they came.

    When fifty requests arrive together, the loop would otherwise begin them all before it looks at anything else: a
    tenth of a second in which no answer goes out and no timer fires. What is spread out is the same work.
    """

    app: ASGIApp
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _begun: int = field(default=0, init=False)
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]], init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on when it is its turn."""
        if scope["type"] == "http":
            await self._turn()
        await self.app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a test client may bring a new one with every request
            self._loop, self._begun = loop, 0
            self._waiting.clear()
        if self._begun == 0 and not self._waiting:
            loop.call_soon(self._next_turn)
        if self._begun < _AT_ONCE and not self._waiting:
            self._begun += 1
            return
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        await mine

    def _next_turn(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < _AT_ONCE:
            waiting = self._waiting.popleft()
            if not waiting.done():  # it may have been cancelled
                waiting.set_result(None)
                self._begun += 1
        if self._begun:
            asyncio.get_running_loop().call_soon(self._next_turn)
