"""What is written in one turn leaves in one piece, in its order, and none of it is lost or waits for long."""

import asyncio
from collections.abc import Iterable
from typing import override

import pytest

from auth_http.serving.gathering import Data, Gathering


class Wire(asyncio.Transport):
    """Keeps what it is given, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.ends: list[str] = []

    @override
    def write(self, data: Data) -> None:
        self.pieces.append(bytes(data))

    @override
    def writelines(self, list_of_data: Iterable[Data]) -> None:
        self.pieces.append(b"".join(list_of_data))

    @override
    def get_write_buffer_size(self) -> int:
        return 1000

    @override
    def close(self) -> None:
        self.ends.append("closed")

    @override
    def abort(self) -> None:
        self.ends.append("aborted")


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def transport(wire: Wire) -> Gathering:
    return Gathering(wire, asyncio.get_running_loop())


async def test_a_head_and_its_body_leave_together(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head, ")
    transport.write(b"body")
    assert wire.pieces == []
    assert transport.get_write_buffer_size() == 1000 + len(b"head, body")

    await asyncio.sleep(0)

    assert wire.pieces == [b"head, body"]
    assert transport.get_write_buffer_size() == 1000


async def test_what_is_written_in_the_next_turn_leaves_then(transport: Gathering, wire: Wire) -> None:
    transport.writelines([b"a", b"b"])
    await asyncio.sleep(0)
    transport.write(b"c")
    await asyncio.sleep(0)

    assert wire.pieces == [b"ab", b"c"]


async def test_much_is_not_kept_until_the_turn_is_over(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head")
    transport.write(b"x" * 100_000)
    transport.write(b"rest")

    assert wire.pieces == [b"head" + b"x" * 100_000]
    await asyncio.sleep(0)
    assert wire.pieces[1:] == [b"rest"]


async def test_before_it_closes_everything_leaves(transport: Gathering, wire: Wire) -> None:
    transport.write(b"last words")
    transport.close()

    assert (wire.pieces, wire.ends) == ([b"last words"], ["closed"])
    await asyncio.sleep(0)
    assert wire.pieces == [b"last words"]


async def test_who_is_hung_up_on_gets_nothing_more(transport: Gathering, wire: Wire) -> None:
    transport.write(b"in vain")
    transport.abort()
    await asyncio.sleep(0)

    assert (wire.pieces, wire.ends) == ([], ["aborted"])
    assert transport.get_write_buffer_size() == 1000
