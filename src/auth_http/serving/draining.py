"""An end in steps: say so, serve on until others have noticed, finish what is under way, stop.

On SIGTERM readiness is refused while requests are still served, and every answer asks its client to come back over a
new connection, which a load balancer leads elsewhere. A second SIGTERM, or SIGINT, skips the wait.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final, override

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.readiness import Readiness
from auth_http.serving.closing import accept_all, shut_the_door
from auth_http.serving.patience import Patience

_LAST_LOOK: Final = 0.2
"""Seconds between the last connection that is accepted and the closing of those that are idle: requests that were on
their way when we stopped accepting are read in it."""
_LAST_HANDSHAKES: Final = 0.1
"""Seconds in which handshakes that had begun before the door was shut are finished."""


@dataclass(frozen=True, slots=True)
class HangUpWhenDraining:
    """Lets keep-alive connections end with the answer under way, once the process is to stop."""

    app: ASGIApp
    readiness: Readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start" and self.readiness.is_draining:
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, send_last if scope["type"] == "http" else send)


class DrainingServer(uvicorn.Server):
    """uvicorn's server, which has no such steps, with them.

    `shares_its_listener` is for a process that has siblings, who take the connections that it leaves. With `patience`
    every connection is looked at once a second.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        readiness: Readiness,
        drain_seconds: float,
        on_started: Callable[[], None],
        shares_its_listener: bool = False,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(config)
        self.shares_its_listener = shares_its_listener
        self._readiness = readiness
        self._drain_seconds = drain_seconds
        self._on_started = on_started
        self._patience = patience
        self._drained_at: float | None = None

    def stop(self) -> None:
        """Finish what is under way and stop; asked twice, stop."""
        self._readiness.drain()
        self.force_exit = self.should_exit
        self.should_exit = True

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self._drained_at is None and self._drain_seconds and not self.should_exit:
            self._readiness.drain()
            self._drained_at = time.monotonic() + self._drain_seconds
        elif sig == signal.SIGTERM:
            self._readiness.drain()
            self.should_exit = True
        else:
            self.stop()

    @override
    async def on_tick(self, counter: int) -> bool:
        if self._patience is not None:
            self._patience.look(now=asyncio.get_running_loop().time())
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            self.should_exit = True
        return await super().on_tick(counter)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        listeners = sockets or []
        if not self.shares_its_listener:
            for listener in listeners:
                shut_the_door(listener)
            await asyncio.sleep(_LAST_HANDSHAKES)
        waiting = [connection for listener in listeners for connection in accept_all(listener)]
        for server in self.servers:
            server.close()
        for listener in listeners:  # these too, or the kernel goes on taking connections
            listener.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        await asyncio.sleep(_LAST_LOOK)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        protocol: type[Any] = self.config.http_protocol_class
        made: asyncio.Protocol = protocol(config=self.config, server_state=self.server_state, app_state={})
        return made
