"""Connections to vetted addresses only: a name is looked up once, and what was judged is what is connected to."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Protocol, override

from auth_adapters.extras import needs
from auth_core.webhooks.reach import Reach

with needs("webhooks"):
    from httpcore2 import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError

_MOST_TRIED: Final = 4

type Address = IPv4Address | IPv6Address


class OutOfReach(Exception):
    """None of the addresses a name leads to may be sent to."""


class UnknownName(Exception):
    """The name cannot be looked up."""


class LookUp(Protocol):
    """Finds the addresses of a name."""

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """Return them, in the order in which they are to be tried. Raises: UnknownName."""
        ...


class VettedNetwork(AsyncNetworkBackend):
    """Opens connections to addresses that `reach` admits.

    Who looks a name up twice can be told two things (DNS rebinding): a public address to be judged, and another to
    connect to. Here the connection is made to the very address that was judged. The name itself stays what TLS checks
    the certificate against.
    """

    def __init__(self, reach: Reach, *, look_up: LookUp | None = None) -> None:
        self._reach = reach
        self._look_up = look_up or looked_up
        self._network = AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first vetted address that answers. Raises: OutOfReach, UnknownName, ConnectError."""
        admitted = [each for each in await self._look_up(host, port) if self._reach.admits(each)][:_MOST_TRIED]
        if not admitted:
            raise OutOfReach
        for each in admitted[:-1]:
            try:
                return await self._connect(each, port, timeout, socket_options)
            except ConnectError:
                continue
        return await self._connect(admitted[-1], port, timeout, socket_options)

    async def _connect(
        self, address: Address, port: int, patience: float | None, options: Iterable[SOCKET_OPTION] | None
    ) -> AsyncNetworkStream:
        return await self._network.connect_tcp(str(address), port, timeout=patience, socket_options=options)

    @override
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to nothing on this machine. Raises: OutOfReach."""
        raise OutOfReach

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def looked_up(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a name as the system knows them, or the one it is. Raises: UnknownName."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownName from None
    return [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
