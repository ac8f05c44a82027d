"""Tells browsers to be careful with our answers, errors included."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NOT_STORED: Final = (b"cache-control", b"no-store")
_HTTPS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def careful_headers(headers: Iterable[tuple[bytes, bytes]], *, https_only: bool) -> list[tuple[bytes, bytes]]:
    """Return the header fields of an answer, whose names are in lower case, with those of careful answers."""
    careful = [*headers, *_ALWAYS]
    named = {name for name, _ in careful}
    careful += [header for header in (_POLICY, _NOT_STORED) if header[0] not in named]
    if https_only:
        careful.append(_HTTPS_ONLY)
    return careful


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """Adds the header fields of careful answers (ASVS 3.4); `https_only` is for services reached over TLS alone.

    An answer that says nothing of caching is not stored, and one that has a content security policy keeps it.
    """

    app: ASGIApp
    https_only: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and add to the head of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = careful_headers(message.get("headers", ()), https_only=self.https_only)
            await send(message)

        await self.app(scope, receive, send_carefully)
