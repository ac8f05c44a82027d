"""Requests byte by byte, and everything that comes back."""

import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final

_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n")
_QUIET: Final = 0.3
"""Seconds without a byte after which nothing more is expected from a connection that stays open."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back over one connection."""

    received: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """Those of all answers, in order."""
        return [int(found) for found in _STATUS.findall(self.received)]


def connect(port: int, *, tls: bool = False, receive_buffer: int | None = None) -> socket.socket:
    """Open a connection to this machine; whoever answers behind TLS may call themselves what they like."""
    connection = socket.socket()
    if receive_buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    if not tls:
        return connection
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection)


def exchange(port: int, *pieces: bytes, tls: bool = False, quiet: float = _QUIET) -> Exchange:
    """Send the pieces, a moment apart so that each arrives by itself; return what comes back until it is quiet."""
    with connect(port, tls=tls) as connection:
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(0.05)
                connection.sendall(piece)
        except OSError:  # it has hung up: what it said before can still be read
            pass
        return _listen(connection, quiet)


def seconds_until_closed(connection: socket.socket, *, within: float) -> float | None:
    """Wait until the other side hangs up, and return how long that took; None when it did not."""
    began = time.monotonic()
    connection.settimeout(within)
    try:
        while connection.recv(65536):
            connection.settimeout(max(0.01, began + within - time.monotonic()))
    except TimeoutError:
        return None
    except OSError:
        pass
    return time.monotonic() - began


def _listen(connection: socket.socket, quiet: float) -> Exchange:
    received = b""
    connection.settimeout(quiet)
    try:
        while data := connection.recv(65536):
            received += data
    except TimeoutError:
        return Exchange(received, closed=False)
    except OSError:
        pass
    return Exchange(received, closed=True)
