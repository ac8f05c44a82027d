"""Throws bytes at a server that listens, many at a time, and reads what comes back."""

import asyncio
import re
from collections.abc import Iterable
from random import Random
from typing import Final

from tests.fuzz.barrage import Found
from tests.fuzz.mutated import spoiled
from tests.fuzz.wire.corpus import HOSTILE, SECRET, WELL_FORMED

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
_AT_A_TIME: Final = 32
_QUIET: Final = 0.15
"""Seconds. Whoever has said nothing for so long waits for more; then they are told that there is no more."""
_HANGS: Final = 20.0
"""Seconds. Longer than the service lets anybody take."""


def thrown(number: int) -> bytes:  # noqa: PLR0911 - one for each kind of damage
    """Return what is thrown under this number: the same each time."""
    dice = Random(f"bytes {number}")
    whole = [*HOSTILE.values()]
    if number < len(whole):
        return whole[number]
    data = dice.choice(WELL_FORMED)
    match dice.randrange(8):
        case 0:
            head, _, body = data.partition(b"\r\n\r\n")
            return spoiled(dice, head) + b"\r\n\r\n" + body
        case 1:
            head, _, body = data.partition(b"\r\n\r\n")
            return head + b"\r\n\r\n" + spoiled(dice, body)
        case 2:
            return data + spoiled(dice, dice.choice(WELL_FORMED))
        case 3:
            other = dice.choice((*WELL_FORMED, *whole))
            return data[: dice.randrange(len(data))] + other[dice.randrange(len(other) + 1) :]
        case 4:
            return dice.randbytes(dice.randrange(1, 300))
        case 5:
            lines = data.split(b"\r\n")
            dice.shuffle(lines)
            return b"\r\n".join(lines)
        case _:
            return spoiled(dice, data)


async def throw_all(numbers: Iterable[int], port: int) -> Found:
    """Throw what is under these numbers at the server on `port`, and judge what comes back."""
    found, places = Found(), asyncio.Semaphore(_AT_A_TIME)

    async def one(number: int) -> None:
        async with places:
            data = thrown(number)
            try:
                async with asyncio.timeout(_HANGS):
                    received = await _sent(data, port)
            except TimeoutError:
                found.failures.append(f"bytes {number}: the server neither answered nor hung up: {data[:300]!r}")
                return
            except OSError as error:
                found.failures.append(f"bytes {number}: the server is not there: {error}: {data[:300]!r}")
                return
            statuses = [status.decode() for status in _STATUS.findall(received)]
            found.tally.update(statuses or ["hung up"])
            # 505 is the answer to a line without a version, which nobody has sent since 1996 (RFC 9110 §15.6.6).
            if any(status[0] == "5" and status not in {"503", "505"} for status in statuses):
                found.failures.append(f"bytes {number}: {statuses}: {data[:300]!r}")
            if SECRET.encode() in received:
                found.failures.append(f"bytes {number}: a secret came back: {received[:300]!r}")

    async with asyncio.TaskGroup() as tasks:
        for number in numbers:
            tasks.create_task(one(number))
    return found


async def _sent(data: bytes, port: int) -> bytes:
    """Send, and return everything that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()
    try:
        writer.write(data)
        await _read(reader, received, quiet=_QUIET)
        if writer.can_write_eof():
            writer.write_eof()
        await _read(reader, received, quiet=None)
    except (ConnectionResetError, BrokenPipeError):
        pass  # It did not want to hear the rest.
    finally:
        writer.transport.abort()
    return bytes(received)


async def _read(reader: asyncio.StreamReader, received: bytearray, *, quiet: float | None) -> None:
    try:
        while chunk := await asyncio.wait_for(reader.read(65536), quiet):
            received += chunk
    except TimeoutError:
        return
