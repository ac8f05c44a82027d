"""Where a request begins and ends must have one reading, whoever has read it before us (RFC 9112 §11.2)."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from auth_http.problems import Problem

MOST_HEADERS: Final = 64
LARGEST_HEAD: Final = 32 * 1024
"""Bytes of a head that has not ended yet. What is judged when it has is less, and counted without its line ends."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_TARGET: Final = re.compile(rb"/[!-\"$-\[\]-~]*")
"""The origin-form (RFC 9112 §3.2.1): a path and a query. No fragment, and no backslash, which some take for a slash."""


def _refusal(
    detail: str, *, status: int = 400, code: str = "bad_framing", headers: Mapping[str, str] = _NONE
) -> Problem:
    return Problem(status=status, code=code, detail=detail, headers={"Connection": "close", **headers})


UNREADABLE: Final = _refusal("This is no HTTP/1.1 request, or where it ends has more than one reading.")
TRAILER: Final = _refusal("Send no trailer fields: nothing here reads any.")
UPGRADE: Final = _refusal("This connection stays HTTP/1.1: send no Upgrade and no CONNECT.")
TARGET: Final = _refusal("A request names a path, such as /auth/me, and its host in the Host field.")
CODING: Final = _refusal("The only transfer coding is chunked, in HTTP/1.1.")
UNKNOWN_VERSION: Final = _refusal("Speak HTTP/1.1 or HTTP/1.0.", status=505, code="unsupported_version")
EXPECTATION: Final = _refusal("The only expectation is 100-continue.", status=417, code="unknown_expectation")
HEAD_TOO_SLOW: Final = _refusal("The request did not arrive in time.", status=408, code="request_too_slow")
NO_ROOM: Final = _refusal(
    "Too many connections are open at this moment. Please try again shortly.",
    status=503,
    code="unavailable",
    headers={"Retry-After": "1"},
)


def fault_in_head(
    *, version: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], upgrades: bool
) -> Problem | None:
    """Judge a head that the parser could read; the names of its fields are in lower case.

    What the parser refuses by itself needs no judgement: two lengths, a length beside a coding, folded lines, bare line
    feeds, spaces before a colon.
    """
    if version not in ("1.1", "1.0"):
        return UNKNOWN_VERSION
    if upgrades:
        return UPGRADE  # The parser takes whatever follows for another protocol, the body too.
    if _TARGET.fullmatch(target) is None:
        return TARGET
    coded = False
    for name, value in headers:
        if name == b"transfer-encoding":
            if coded or version == "1.0" or value.lower() != b"chunked":
                return CODING
            coded = True
        elif name == b"expect" and value.lower() != b"100-continue":
            return EXPECTATION
    return None
