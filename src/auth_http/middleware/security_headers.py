"""Tells browsers to be careful with our answers, errors included."""

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
                headers = [*message.get("headers", ()), *_ALWAYS]
                named = {name for name, _ in headers}
                headers += [header for header in (_POLICY, _NOT_STORED) if header[0] not in named]
                if self.https_only:
                    headers.append(_HTTPS_ONLY)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_carefully)
