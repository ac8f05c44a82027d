"""Header fields: how many, how large, and which of them once."""

import pytest
from starlette.types import Receive, Scope, Send

from auth_http.middleware.headers import HeaderGuard
from tests.unit.http.asgi import HOST, Answer, ask


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def get(*headers: tuple[bytes, bytes], host: bool = True) -> Answer:
    answer = await ask(HeaderGuard(fine), "GET", "/", *headers, host=host)
    assert answer is not None
    return answer


@pytest.mark.covers("HTTP-13", "AUZ-14", "RST-08")
@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"evil/?x=",
        b"a b",
        b"user@host",
        b"host:port",
        b"host:123456",
        b"h\xc3\xb6st",
        b"[::1",
        b"a,b",
        b"-",
        b"a" * 300,
    ],
)
async def test_a_host_that_is_none_is_refused(host: bytes) -> None:
    answer = await get((b"host", host), host=False)

    assert (answer.status, answer.code) == (400, "bad_host")


@pytest.mark.covers("HTTP-13")
async def test_two_hosts_and_no_host_are_refused() -> None:
    two, none = await get(HOST, host=True), await get(host=False)

    assert (two.code, none.code) == ("bad_host", "bad_host")


@pytest.mark.parametrize("host", [b"auth.example", b"auth.example:8000", b"127.0.0.1:8000", b"[::1]:8000", b"a_b"])
async def test_a_name_or_an_address_is_a_host(host: bytes) -> None:
    answer = await get((b"host", host), host=False)

    assert answer.status == 204


@pytest.mark.covers("JWT-21", "THR-15")
async def test_two_tokens_are_refused_and_none_of_them_chosen() -> None:
    answer = await get((b"authorization", b"Bearer a"), (b"authorization", b"Bearer b"))

    assert (answer.status, answer.code) == (400, "ambiguous_header")


@pytest.mark.covers("JWT-22", "R-H4")
@pytest.mark.parametrize(
    "headers",
    [
        [(b"authorization", b"Bearer " + b"x" * 20_000)],
        [(b"x", b"y" * 1_000_000)],
        [(b"x" * 20_000, b"y")],
        [(b"x", b"y")] * 100,
    ],
    ids=["a long token", "a megabyte", "a long name", "a hundred"],
)
async def test_headers_that_are_too_large_or_too_many_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    answer = await get(*headers)

    assert (answer.status, answer.code) == (431, "headers_too_large")
    assert answer.header("connection") == "close"


@pytest.mark.covers("HTTP-08", "HTTP-14", "HTTP-20")
@pytest.mark.parametrize("value", [b"a\0b", b"a\r\nb: c", b"\x1b[2J", b"\x7f"])
async def test_control_characters_are_refused(value: bytes) -> None:
    answer = await get((b"user-agent", value))

    assert (answer.status, answer.code) == (400, "bad_header")


async def test_the_largest_token_there_can_be_gets_through() -> None:
    answer = await get((b"authorization", b"Bearer " + b"x" * 8192), (b"user-agent", b"y" * 1000), (b"a", b"tab\there"))

    assert answer.status == 204
