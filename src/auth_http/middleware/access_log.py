"""One line for every request: what was asked, by the name of the route, and how it went."""

import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

_GONE: Final = 499  # What proxies call it when the caller hung up before there was an answer.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_QUIET: Final = ("/health/live", "/health/ready")


def _log() -> FilteringBoundLogger:
    log: FilteringBoundLogger = structlog.get_logger("auth_http.access").bind()
    return log


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Writes `request` with method, route, status and milliseconds; never the address asked for, nor any content.

    What callers write in a path, a query or a body may be a secret, and may be made to forge lines. The request id
    and the session are bound to every line by those who know them. Health checks are logged at debug level.
    """

    app: ASGIApp
    log: FilteringBoundLogger = field(default_factory=_log)
    """Bound once: to ask for it takes as long for a line that is below the level as for another one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and write the line when it is over."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        statuses: list[int] = []

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            status = statuses[0] if statuses else _GONE
            route = getattr(scope.get("route"), "path", None)
            write = self.log.debug if route in _QUIET and status == 200 else self.log.info
            write(
                "request",
                method=scope["method"] if scope["method"] in _METHODS else "OTHER",
                route=route,
                status=status,
                duration_ms=round((time.perf_counter() - began) * 1000, 2),
            )
