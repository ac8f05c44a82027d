"""Counts every request, by the name of its route."""

import time
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.metrics.requests import RequestTally

NO_ROUTE: Final = "none"
OTHER_METHOD: Final = "OTHER"
NO_ANSWER: Final = 499
"""What proxies call it when the caller hung up before there was an answer."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


@dataclass(frozen=True, slots=True)
class RequestMeter:
    """Counts requests in `tally`, with the time from their arrival to the end of their answer.

    Addresses that lead nowhere share one name, and so do methods nobody knows: callers can invent as many as they like.
    """

    app: ASGIApp
    tally: RequestTally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and count it when it is over."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = NO_ANSWER

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            method = scope["method"]
            self.tally.add(
                getattr(scope.get("route"), "path", NO_ROUTE),
                method if method in _METHODS else OTHER_METHOD,
                status,
                time.perf_counter() - began,
            )
