"""The sockets that requests arrive at."""

import errno
import socket
import sys
from typing import Final

from auth_http.exit_codes import CannotRun, ExitCode

_BACKLOG: Final = 2048
_LONGEST_UNTAKEN: Final = 15_000
"""Milliseconds after which the kernel gives up on a peer that takes nothing of what was sent: it has gone, or it does
not read. We have long closed such a connection, and only the kernel still holds what is left of it."""
_MOST_UNTAKEN: Final = 128 * 1024
"""Bytes of answers that the kernel keeps for one peer. Left to itself it takes megabytes for whoever asks for something
large and reads none of it, and to take them costs time in which nobody else is served."""
_LARGEST_RESERVED_PORT: Final = 1023


def listen(
    host: str, port: int, *, host_setting: str = "AUTH_HOST", port_setting: str = "--port or AUTH_PORT"
) -> socket.socket:
    """Return a socket that listens there; port 0 takes a free one.

    The settings are those that say where. Raises: CannotRun.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise CannotRun(
            f"{host} is not an address of this machine. Set {host_setting} to one.", ExitCode.BAD_SETTINGS
        ) from None
    family, _, _, _, address = found[0]
    try:
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise CannotRun(_reason(error, host, port, host_setting, port_setting)) from None
    # Every connection inherits what is set here.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_UNTAKEN)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _LONGEST_UNTAKEN)
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address at which a browser on this machine would find the listener."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reason(error: OSError, host: str, port: int, host_setting: str, port_setting: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} at {host} is in use. Choose another one with {port_setting}; 0 takes a free one."
        case errno.EACCES if port <= _LARGEST_RESERVED_PORT:
            return f"Port {port} is reserved for root. Choose one above {_LARGEST_RESERVED_PORT} with {port_setting}."
        case errno.EADDRNOTAVAIL:
            return (
                f"{host} is not an address of this machine. Set {host_setting} to one, or to 0.0.0.0 for all of them."
            )
        case _:
            return f"Port {port} at {host} cannot be listened at: {error.strerror}."
