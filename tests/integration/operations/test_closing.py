"""A listening socket that is closed under a crowd: nobody is let in who would then be thrown out."""

import socket
import sys
import threading
from collections.abc import Generator

import pytest

from auth_http.serving.closing import accept_all, shut_the_door

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can overlook who knocks")


@pytest.fixture
def listener() -> Generator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def test_whoever_is_in_is_answered_and_nobody_else_comes_in(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as early:
        shut_the_door(listener)

        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), timeout=0.2)
        (accepted,) = accept_all(listener)
        with accepted:
            early.sendall(b"question")
            assert accepted.recv(100) == b"question"
            accepted.sendall(b"answer")
            assert early.recv(100) == b"answer"


@pytest.mark.covers("PRC-02")
def test_no_connection_is_reset_however_many_come(listener: socket.socket) -> None:
    address = listener.getsockname()
    established: list[socket.socket] = []
    enough = threading.Event()

    def knock() -> None:
        while True:
            try:
                connection = socket.create_connection(address, timeout=2)
            except OSError:
                return
            established.append(connection)
            if len(established) > 50:
                enough.set()

    visitors = [threading.Thread(target=knock) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    assert enough.wait(30)

    shut_the_door(listener)
    accepted = list(accept_all(listener))
    listener.close()
    for visitor in visitors:
        visitor.join()

    assert len(accepted) == len(established)
    for connection in (*accepted, *established):
        connection.close()
