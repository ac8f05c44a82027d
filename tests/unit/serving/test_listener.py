"""What every connection has from the socket it arrived at."""

import socket
import sys

from auth_http.listener import listen

KIB = 1024


def test_the_kernel_keeps_little_for_whoever_reads_nothing() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        ours, _ = listener.accept()
        with ours:
            kept = ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)

    # Linux counts what it needs itself, and tells twice of what was asked for.
    assert kept <= (256 * KIB if sys.platform == "linux" else 128 * KIB)
