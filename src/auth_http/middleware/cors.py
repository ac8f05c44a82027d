"""Lets scripts of listed web origins call the service from a browser (the CORS protocol of the Fetch standard).

Nothing here keeps anybody out: a browser does, when an answer does not name the origin of the script. Tokens travel in
`Authorization`, so credentials of the browser's own (cookies) are never allowed, and an origin is never repeated that
is not on the list.
"""

from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.header_fields import values_of

METHODS: Final = (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE")
HEADERS: Final = (
    b"authorization",
    b"content-type",
    b"device-token",
    b"idempotency-key",
    b"if-match",
    b"if-none-match",
    b"x-request-id",
)
"""What scripts may send, besides what needs no permission."""
_EXPOSED: Final = b"content-disposition, device-token, etag, location, retry-after, www-authenticate, x-request-id"
_REMEMBERED: Final = b"600"
"""Seconds a browser may remember that it has asked."""

_VARY: Final = (b"vary", b"origin")
_VARY_OF_PREFLIGHT: Final = (b"vary", b"origin, access-control-request-method, access-control-request-headers")


@dataclass(frozen=True, slots=True)
class Cors:
    """Names the origin in the answer to a script from one of `origins`, and answers what browsers ask beforehand."""

    app: ASGIApp
    origins: frozenset[bytes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, unless it is the question whether another one may be sent."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = values_of(scope, b"origin")
        origin = given[0] if len(given) == 1 and given[0] in self.origins else None
        if origin is not None and scope["method"] == "OPTIONS" and _asks_beforehand(scope):
            await _permit(origin, send)
            return

        # Also where no origin was given: whoever keeps that answer must not give it to a script of some origin.
        headers = (_VARY,) if origin is None else (_VARY, *_named(origin))

        async def send_naming(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        await self.app(scope, receive, send_naming)


def _asks_beforehand(scope: Scope) -> bool:
    return bool(values_of(scope, b"access-control-request-method"))


def _named(origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED))


async def _permit(origin: bytes, send: Send) -> None:
    """Say all that is allowed; whether the request is among it is for the browser to see."""
    headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", b", ".join(METHODS)),
        (b"access-control-allow-headers", b", ".join(HEADERS)),
        (b"access-control-max-age", _REMEMBERED),
        _VARY_OF_PREFLIGHT,
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
