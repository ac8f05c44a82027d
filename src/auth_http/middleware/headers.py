"""Judges the header fields: how many, how large, and those that must not be there twice.

Servers differ in what they let through: two hosts, a host with a path in it, two tokens, a megabyte.
"""

import re
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from auth_http.problems import Problem, answer
from auth_http.request_problems import AMBIGUOUS_HEADER, BAD_HEADER, BAD_HOST, HEADERS_TOO_LARGE

MOST_HEADERS: Final = 64
LARGEST_HEADERS: Final = 16 * 1024

_HOST: Final = re.compile(rb"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PLAIN: Final = bytes(byte for byte in range(256) if byte == 0x09 or (byte >= 0x20 and byte != 0x7F))
"""All but control characters."""


@dataclass(frozen=True, slots=True)
class HeaderGuard:
    """Lets requests through whose header fields are few, small, and have one reading."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the header fields, then hand the request on."""
        refusal = _fault_in(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await answer(refusal, scope)(scope, receive, send)


def _fault_in(scope: Scope) -> Problem | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    names = [name for name, _ in headers]
    values = b"".join([value for _, value in headers])
    if len(headers) > MOST_HEADERS or len(values) + sum(map(len, names)) > LARGEST_HEADERS:
        return HEADERS_TOO_LARGE
    if values.translate(None, delete=_PLAIN):
        return BAD_HEADER
    match names.count(b"host"):
        case 1:
            is_good_host = _HOST.fullmatch(headers[names.index(b"host")][1]) is not None
        case 0:
            # HTTP/1.0 may come without a host (RFC 9112 §3.2): the health checks of load balancers do.
            is_good_host = scope["http_version"] == "1.0"
        case _:
            is_good_host = False
    if not is_good_host:
        return BAD_HOST
    if names.count(b"authorization") > 1:
        return AMBIGUOUS_HEADER
    return None
