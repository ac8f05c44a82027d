"""The head of an answer leaves with its body, and nothing else is kept back."""

import asyncio
from collections.abc import Iterable
from typing import override

import pytest

from auth_http.serving.gathering import GO_ON, Data, Gathering


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
    def is_closing(self) -> bool:
        return bool(self.ends)

    @override
    def close(self) -> None:
        self.ends.append("closed")

    @override
    def abort(self) -> None:
        self.ends.append("aborted")


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def transport(wire: Wire) -> Gathering:
    transport = Gathering(wire)
    transport.await_head()
    return transport


def test_a_head_and_the_first_of_its_body_leave_together_and_the_rest_at_once(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head, ")
    assert wire.pieces == []
    assert transport.get_write_buffer_size() == 1000 + len(b"head, ")

    transport.writelines([b"body", b", more"])

    assert wire.pieces == [b"head, body", b", more"]
    assert transport.get_write_buffer_size() == 1000


def test_the_head_of_the_next_answer_waits_again(transport: Gathering, wire: Wire) -> None:
    for piece in (b"head 1, ", b"body 1"):
        transport.write(piece)
    transport.await_head()
    for piece in (b"head 2, ", b"body 2"):
        transport.write(piece)

    assert wire.pieces == [b"head 1, body 1", b"head 2, body 2"]


def test_what_is_no_answer_is_not_kept_back(wire: Wire) -> None:
    Gathering(wire).write(b"refused")

    assert wire.pieces == [b"refused"]


def test_a_client_that_waits_with_its_body_is_told_at_once_to_go_on(transport: Gathering, wire: Wire) -> None:
    transport.write(GO_ON)
    assert wire.pieces == [GO_ON]

    transport.write(b"head, ")
    transport.write(b"body")
    assert wire.pieces == [GO_ON, b"head, body"]


def test_an_answer_that_has_no_body_leaves_when_it_is_complete(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head")
    transport.hand_on()
    transport.hand_on()
    transport.write(b"next")

    assert wire.pieces == [b"head", b"next"]


def test_before_it_closes_the_head_leaves(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head")
    transport.close()

    assert (wire.pieces, wire.ends) == ([b"head"], ["closed"])


def test_where_nothing_can_be_sent_any_more_nothing_is(transport: Gathering, wire: Wire) -> None:
    transport.write(b"head")
    transport.abort()
    transport.close()

    assert (wire.pieces, wire.ends) == ([], ["aborted", "closed"])
