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
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


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
    values = b"".join([value for _, value in headers])
    if len(headers) > MOST_HEADERS or len(values) + sum(len(name) for name, _ in headers) > LARGEST_HEADERS:
        return HEADERS_TOO_LARGE
    if _CONTROL.search(values) is not None:
        return BAD_HEADER
    hosts = [value for name, value in headers if name == b"host"]
    # HTTP/1.0 may come without a host (RFC 9112 §3.2): the health checks of load balancers do.
    if (len(hosts) != 1 and (hosts or scope["http_version"] != "1.0")) or any(
        _HOST.fullmatch(host) is None for host in hosts
    ):
        return BAD_HOST
    if sum(name == b"authorization" for name, _ in headers) > 1:
        return AMBIGUOUS_HEADER
    return None
