"""Lets a crowd in bit by bit, so that whoever is inside already is not kept waiting by it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_A_TURN: Final = 0.0003
"""Seconds in which one turn of the event loop begins requests; what has begun by then is finished first."""


@dataclass(slots=True)
class FairTurns:
    """Begins requests for no more than a moment in one turn of the event loop, in the order they came.

    When fifty requests have arrived together, the loop would otherwise begin them all before it looks at anything else:
    a tenth of a second in which no answer goes out and no timer fires. What is spread out is the same work. It stands
    behind whoever reads the bodies: what is still to arrive takes no turn, and what has arrived gets none for free.
    """

    app: ASGIApp
    timer: Callable[[], float] = time.perf_counter
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _until: float | None = field(default=None, init=False)
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]], init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on when it is its turn."""
        if scope["type"] == "http":
            await self._turn()
        await self.app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a test client may bring a new one with every request
            self._loop, self._until = loop, None
            self._waiting.clear()
        if self._until is None:
            self._until = self.timer() + _A_TURN
            loop.call_soon(self._next_turn)
            return
        if not self._waiting and self.timer() < self._until:
            return
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        await mine

    def _next_turn(self) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():  # it may have been cancelled
                waiting.set_result(None)
                self._until = self.timer() + _A_TURN
                asyncio.get_running_loop().call_soon(self._next_turn)
                return
        self._until = None
