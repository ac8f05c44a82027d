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


class _Log:
    """The logger of requests, bound once for each way in which logging is set up.

    To ask for one takes as long for a line that is below the level as for one that is written.
    """

    def __init__(self) -> None:
        self._processors: object = None
        self._kind: object = None
        self._bound: FilteringBoundLogger

    def __call__(self) -> FilteringBoundLogger:
        set_up = structlog.get_config()
        if set_up["processors"] is not self._processors or set_up["wrapper_class"] is not self._kind:
            self._processors, self._kind = set_up["processors"], set_up["wrapper_class"]
            self._bound = structlog.get_logger("auth_http.access").bind()
        return self._bound


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Writes `request` with method, route, status and milliseconds; never the address asked for, nor any content.

    What callers write in a path, a query or a body may be a secret, and may be made to forge lines. The request id
    and the session are bound to every line by those who know them. Health checks are logged at debug level.
    """

    app: ASGIApp
    log: _Log = field(default_factory=_Log)

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
            write = self.log().debug if route in _QUIET and status == 200 else self.log().info
            write(
                "request",
                method=scope["method"] if scope["method"] in _METHODS else "OTHER",
                route=route,
                status=status,
                duration_ms=round((time.perf_counter() - began) * 1000, 2),
            )
