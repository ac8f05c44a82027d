"""Closes a listening socket without losing a connection.

A connection is established by the kernel before anybody accepts it, and whatever it has established when the last
listener is closed, it resets, with the request that has been sent already. There is always an instant between the last
accept and the close. So the door is shut first: the kernel is told to overlook whoever knocks.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_SO_ATTACH_FILTER: Final = 26

_OVERLOOK_SYN: Final = (
    (0x30, 0, 0, 13),  # load byte 13 of the TCP header, the flags
    (0x45, 0, 1, 0x02),  # unless SYN is among them, skip the next step
    (0x06, 0, 0, 0),  # keep nothing of this segment
    (0x06, 0, 0, 0xFFFFFFFF),  # keep all of it
)
"""A classic BPF program."""


def shut_the_door(listener: socket.socket) -> None:
    """Let no new connection begin, in any process that shares the socket; handshakes under way are finished.

    Whoever comes is not answered, tries again after a second, and is refused when the socket has been closed. Only
    Linux can do so; elsewhere nothing happens, and the instant remains.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _OVERLOOK_SYN))
    described = struct.pack("HP", len(_OVERLOOK_SYN), ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)


def accept_all(listener: socket.socket) -> Iterator[socket.socket]:
    """Take the connections the kernel has established already."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # none is left
            return
        yield connection
