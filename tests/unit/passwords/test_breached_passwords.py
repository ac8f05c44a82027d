"""Asking by range: what is sent, what counts as an answer, and how long anybody waits."""

import asyncio
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import httpx2
import pytest

from auth_adapters.breached_passwords import HttpBreachedPasswords
from auth_core import Redacted, Unavailable
from auth_http.settings import LogFormat, LogLevel
from auth_http.telemetry import configure_logging
from tests.unit.passwords.ranges import PADDING, Ranges, Said, digits_of

LEAKED = "a password that has leaked"
CLEAR = Redacted("a password that has not leaked")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def saying(content: bytes, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Ranges:
    ranges = Ranges([LEAKED])
    ranges.instead = Said(content, status, headers)
    return ranges


async def is_unknown(breached: HttpBreachedPasswords, password: str = LEAKED) -> bool:
    try:
        await breached.has(Redacted(password))
    except Unavailable:
        return True
    return False


@pytest.mark.covers("R-P5", "R-L1")
async def test_five_digits_are_sent_and_nothing_else() -> None:
    ranges = Ranges()

    await ranges.adapter(address="https://ranges.example/range/").has(CLEAR)

    (request,) = ranges.asked
    assert str(request.url) == f"https://ranges.example/range/{digits_of(CLEAR.reveal())[:5]}"
    assert request.headers["add-padding"] == "true"
    assert request.headers["accept-encoding"] == "identity"
    assert not {"authorization", "cookie", "referer"} & set(request.headers)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{digits_of(LEAKED)[5:]}:1", True),
        (f"{digits_of(LEAKED)[5:].lower()}:1", True),
        (f"{PADDING}:0\r\n{digits_of(LEAKED)[5:]}:12\r\n", True),
        (f"{digits_of(LEAKED)[5:]}:0", False),
        (f"{PADDING}:3\n", False),
    ],
)
async def test_a_line_with_the_other_digits_and_a_count_is_a_leak(line: str, expected: bool) -> None:
    assert await saying(line.encode()).adapter().has(Redacted(LEAKED)) is expected


@pytest.mark.parametrize(
    "ranges",
    [
        saying(b""),
        saying(b"<html>Sign in to the network of this cafe</html>"),
        saying(f"{PADDING}:0\r\n{PADDING}\r\n".encode()),
        saying(f"{PADDING}:0\r\n{PADDING}:-1".encode()),
        saying(f"{PADDING}:0".encode(), status=206),
        saying(b"", status=302, headers={"location": "https://elsewhere.example/"}),
        saying(b"", status=404),
        saying(b"", status=429),
        saying(b"", status=503),
        saying(f"{PADDING}:0\r\n".encode() * 10_000),
        saying(b"\x1f\x8b\x08", headers={"content-encoding": "gzip"}),
    ],
)
async def test_what_is_not_a_range_to_the_letter_is_no_answer(ranges: Ranges) -> None:
    assert await is_unknown(ranges.adapter())
    assert len(ranges.asked) == 1


@pytest.mark.parametrize("error", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.RemoteProtocolError("x")])
async def test_a_connection_that_fails_tells_nothing_of_what_was_asked(error: Exception) -> None:
    ranges = Ranges([LEAKED])
    ranges.instead = error

    with pytest.raises(Unavailable) as caught:
        await ranges.adapter().has(Redacted(LEAKED))

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_nobody_waits_longer_than_they_are_to() -> None:
    ranges = Ranges([LEAKED])
    ranges.held = True

    assert await is_unknown(ranges.adapter(patience=0.005))


async def test_who_finds_no_place_in_time_does_not_ask() -> None:
    ranges = Ranges([LEAKED])
    ranges.held = True
    breached = ranges.adapter(patience=0.005, at_once=1)

    unknown = await asyncio.gather(*(is_unknown(breached) for _ in range(5)))

    assert unknown == [True] * 5
    assert len(ranges.asked) == 1
    ranges.held = False
    assert not await is_unknown(breached)  # Those who never asked are no failures.


async def test_who_fails_again_and_again_is_left_alone_for_a_while() -> None:
    ranges = saying(b"", status=500)
    breached = ranges.adapter(patience=0.01)
    for _ in range(10):
        assert await is_unknown(breached)
    assert len(ranges.asked) == 3

    ranges.timer += 30
    ranges.held = True  # or the one that tries would be back before the others come
    assert await asyncio.gather(*(is_unknown(breached) for _ in range(5))) == [True] * 5
    assert await is_unknown(breached)
    assert len(ranges.asked) == 4

    ranges.instead, ranges.held = None, False
    ranges.timer += 30
    assert not await is_unknown(breached)
    assert not await is_unknown(breached)
    assert len(ranges.asked) == 6


async def test_callers_who_hang_up_do_not_make_it_seem_broken() -> None:
    ranges = Ranges([LEAKED])
    breached = ranges.adapter()
    ranges.held = True
    for _ in range(5):
        asking = asyncio.create_task(breached.has(CLEAR))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert len(ranges.asked) == 5

    ranges.held = False

    assert await breached.has(Redacted(LEAKED)) is True


async def test_failures_count_only_in_a_row() -> None:
    ranges = Ranges([LEAKED])
    breached = ranges.adapter()
    for answer in (Said(status=500), Said(status=500), None) * 3:
        ranges.instead = answer
        await is_unknown(breached)

    assert len(ranges.asked) == 9


@pytest.mark.covers("R-L1")
async def test_not_even_the_five_digits_are_logged() -> None:
    lines = io.StringIO()
    configure_logging(level=LogLevel.DEBUG, log_format=LogFormat.JSON, stream=lines)
    ranges = Ranges([LEAKED])

    await ranges.adapter().has(Redacted(LEAKED))
    ranges.instead = Said(status=503)
    await is_unknown(ranges.adapter())

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert digits_of(LEAKED)[:5] not in json.dumps(told)


async def test_its_own_connections_are_closed() -> None:
    breached = HttpBreachedPasswords.at("http://127.0.0.1:9/range", patience=timedelta(seconds=1))

    await breached.close()

    with pytest.raises(RuntimeError, match="closed"):
        await breached.has(CLEAR)
