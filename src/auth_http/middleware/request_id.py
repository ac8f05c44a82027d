"""Gives every request an id, by which its answer, its log lines and its audit events are found."""

import re
import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.header_fields import values_of

_SANE: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class RequestIds:
    """Takes the caller's `X-Request-ID` when it is sane, makes one otherwise, and says it in the answer."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the id into `scope["state"]["request_id"]`, into every log line, and into the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _given(scope) or secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        header = (b"x-request-id", request_id.encode("ascii"))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        await self.app(scope, receive, send_with_id)


def _given(scope: Scope) -> str | None:
    given = values_of(scope, b"x-request-id")
    return given[0].decode("ascii") if len(given) == 1 and _SANE.fullmatch(given[0]) else None
