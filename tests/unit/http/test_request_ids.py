"""Every request has an id."""

import re

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from auth_http.middleware.request_id import RequestIds
from tests.unit.http.asgi import Answer, ask


async def tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers the id as the routes and the log know it."""
    known = f"{scope['state']['request_id']} {structlog.contextvars.get_contextvars()}"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": known.encode()})


async def get(*headers: tuple[bytes, bytes]) -> Answer:
    answer = await ask(RequestIds(tell), "GET", "/", *headers)
    assert answer is not None
    return answer


async def test_the_callers_id_is_kept_told_and_logged() -> None:
    answer = await get((b"x-request-id", b"order-66_a.B"))

    assert answer.header("x-request-id") == "order-66_a.B"
    assert answer.body.decode() == "order-66_a.B {'request_id': 'order-66_a.B'}"


@pytest.mark.covers("HTTP-14", "HTTP-20", "HTTP-28")
@pytest.mark.parametrize(
    "given", [b"", b"a b", b"a\r\nset-cookie: x", b"\x1b[2J", b'"}', b"\xe2\x80\xa8", b"a" * 65, b"../../x", b"a\n"]
)
async def test_an_id_that_is_not_sane_is_replaced(given: bytes) -> None:
    answer = await get((b"x-request-id", given))

    assert re.fullmatch("[0-9a-f]{32}", answer.header("x-request-id") or "")


async def test_of_two_ids_neither_is_taken() -> None:
    answer = await get((b"x-request-id", b"one"), (b"x-request-id", b"two"))

    assert answer.header("x-request-id") not in {"one", "two", None}


@pytest.mark.covers("HTTP-24")
async def test_nothing_of_one_request_is_known_to_the_next() -> None:
    first, second = await get(), await get()
    structlog.contextvars.bind_contextvars(session_id="of another request")
    third = await get()

    assert first.header("x-request-id") != second.header("x-request-id")
    assert b"session_id" not in third.body
