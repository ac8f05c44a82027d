"""`GET /metrics`, on a socket of its own."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final, override

import structlog
import uvicorn
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PATH: Final = "/metrics"

_MOST_AT_ONCE: Final = 8
"""Collectors that ask at the same time; more than that are not collectors."""


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    """Answers `GET /metrics` and nothing else."""

    write: Callable[[], bytes]
    media_type: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["path"] != PATH:
            return PlainTextResponse(f"The metrics are at {PATH}.\n", status_code=404)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET.\n", status_code=405, headers={"Allow": "GET, HEAD"})
        return Response(self.write(), headers={"Content-Type": self.media_type, "Cache-Control": "no-store"})


class _Beside(uvicorn.Server):
    """A server in a process that has another one, to which signals belong."""

    @contextmanager
    @override
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def served(endpoint: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve `endpoint` on `listener` while the block runs, to the last answer of the other server."""
    server = _Beside(
        uvicorn.Config(
            endpoint,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="metrics")
    host, port = listener.getsockname()[:2]
    structlog.get_logger("auth_http").info("metrics_served", host=host, port=port)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        listener.close()
