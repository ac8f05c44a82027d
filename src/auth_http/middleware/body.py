"""Reads the body before anybody else does, and judges its size, its pace, its type and its form.

Routes find a small document with one reading, or no body at all.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.header_fields import values_of
from auth_http.middleware import strict_form, strict_json
from auth_http.oauth_errors import invalid_request, oauth_answer
from auth_http.problems import Problem, answer
from auth_http.request_problems import AMBIGUOUS_HEADER, BODY_TOO_LARGE, BODY_TOO_SLOW, UNSUPPORTED_MEDIA_TYPE

LARGEST_BODY: Final = 64 * 1024
SLOWEST_BODY: Final = timedelta(seconds=10)

_UTF_8: Final = rb'(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?'
_JSON: Final = re.compile(rb"application/json" + _UTF_8, re.IGNORECASE)
_FORM: Final = re.compile(rb"application/x-www-form-urlencoded" + _UTF_8, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BodyGuard:
    """Lets a body through when it is JSON with one reading, or an URL-encoded form at the paths in `forms`.

    It has at most 64 KiB, but at the paths in `larger`.
    """

    app: ASGIApp
    forms: frozenset[str] = frozenset()
    larger: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    deadline: timedelta = SLOWEST_BODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the body, then hand it on in one piece."""
        if scope["type"] != "http" or not _may_have_a_body(scope):
            await self.app(scope, receive, send)
            return
        largest = self.larger.get(_path_of(scope), LARGEST_BODY)
        refusal = _fault_in_headers(scope, largest)
        body: bytes | None = None
        if refusal is None:
            try:
                async with asyncio.timeout(self.deadline.total_seconds()):
                    body = await _read(receive, largest)
            except TimeoutError:
                refusal = BODY_TOO_SLOW
            except _TooLarge:
                refusal = BODY_TOO_LARGE
        if refusal is not None:
            await answer(refusal, scope)(scope, receive, send)
        elif body is not None:
            await self._judge(body, scope, receive, send)

    async def _judge(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        is_form = _path_of(scope) in self.forms
        refusal: Problem | None = None
        if body:
            refusal = _fault_in_type(scope, _FORM if is_form else _JSON)
        if refusal is None and body:
            if not is_form:
                refusal = strict_json.fault_in(body)
            elif (fault := strict_form.fault_in(body)) is not None:
                await oauth_answer(invalid_request(fault))(scope, receive, send)
                return
        if refusal is not None:
            await answer(refusal, scope)(scope, receive, send)
        else:
            await self.app(scope, _in_one_piece(body, receive), send)


class _TooLarge(Exception):
    pass


def _path_of(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _may_have_a_body(scope: Scope) -> bool:
    """Say whether there may be something to read: in HTTP/1 one of two header fields says so (RFC 9112 §6.3)."""
    if not scope["http_version"].startswith("1"):
        return True
    return bool(values_of(scope, b"transfer-encoding")) or values_of(scope, b"content-length") not in ([], [b"0"])


def _fault_in_headers(scope: Scope, largest: int) -> Problem | None:
    """Judge what is said of the body's size, before any of it is read."""
    lengths = values_of(scope, b"content-length")
    if len(lengths) + len(values_of(scope, b"transfer-encoding")) > 1:
        return AMBIGUOUS_HEADER
    for length in lengths:
        if not length.isdigit():
            return AMBIGUOUS_HEADER
        if len(length) > 9 or int(length) > largest:
            return BODY_TOO_LARGE
    return None


def _fault_in_type(scope: Scope, wanted: re.Pattern[bytes]) -> Problem | None:
    types = values_of(scope, b"content-type")
    if len(types) != 1 or wanted.fullmatch(types[0]) is None:
        return UNSUPPORTED_MEDIA_TYPE
    if set(values_of(scope, b"content-encoding")) - {b"identity"}:
        return UNSUPPORTED_MEDIA_TYPE
    return None


async def _read(receive: Receive, largest: int) -> bytes | None:
    """Return the whole body, or None when the caller has gone. Raises: _TooLarge, whatever the header said."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > largest:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _in_one_piece(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` and then whatever else there is to hear."""
    given = False

    async def receive_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
