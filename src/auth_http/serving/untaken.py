"""How much of what was answered a client has not taken yet."""

import asyncio
import struct
import sys
from contextlib import suppress


def untaken(transport: asyncio.Transport) -> int:
    """Return the bytes that wait here and, on Linux, those that wait in the kernel for the client to acknowledge them.

    The kernel takes up to megabytes for a client that reads nothing at all, bit by bit: that it does is no reading.
    """
    try:
        waiting = transport.get_write_buffer_size()
    except RuntimeError:  # it is closed for good
        return 0
    connection = transport.get_extra_info("socket")
    if sys.platform == "linux" and connection is not None:
        import fcntl  # noqa: PLC0415 - not everywhere
        import termios  # noqa: PLC0415 - as above

        with suppress(OSError):
            answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
            waiting += struct.unpack("i", answer)[0]
    return waiting
