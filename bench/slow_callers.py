"""`python -m bench.slow_callers PORT COUNT`: holds connections the slow ways until its input ends, and says how long
each was let.

A third never ends a head, a third never ends a body, a third asks for something large and does not read it. They come
one after the other within the time they will be let, from an address of their own; whoever is hung up on comes again.

How long each is let is asked of the kernel, which knows the service's end of each connection (Linux): the caller itself
would notice a second late, and one that does not read only when it sends once more. It is asked about one connection at
a time (sock_diag(7)): to list them all takes it five milliseconds in which the core does nothing else, and the honest
clients are on that core.
"""

import asyncio
import json
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from random import Random
from statistics import median
from typing import Final, Self

_BYTE_EVERY: Final = 1.0
_HOST: Final = b"Host: 127.0.0.1\r\n"
_HEAD: Final = b"GET /health/live HTTP/1.1\r\n" + _HOST + b"X-Slow: "
_BODY: Final = (
    b"POST /auth/login HTTP/1.1\r\n" + _HOST + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
)
_LARGE: Final = b"GET /openapi.json HTTP/1.1\r\n" + _HOST + b"\r\n"
_READS_NOTHING: Final = "reading"
RAMP: Final = 10.0
"""Seconds until all of them have come."""
_LOOK_EVERY: Final = 0.25
_AT_ONCE: Final = 25
_SERVICE, _CALLERS = "127.0.0.1", "127.0.0.2"
_HELD: Final = frozenset({1, 8})
"""Established, or ended by the other side only: states in which the service still has the connection (tcp_states.h)."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection the service still has, as far as we know; `gone` is set when it has not."""

    way: str
    began: float
    gone: asyncio.Event


class SlowCallers:
    """As many as are asked for, and what became of them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._dice = Random(0)
        self._held: dict[int, _Held] = {}
        self.lasted: dict[str, list[float]] = {"head": [], "body": [], _READS_NOTHING: []}
        self.open: list[int] = []

    async def call(self, way: str, first: bytes, *, after: float) -> None:
        """Hold one connection after the other."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(after)
        while True:
            # Looks tell many at a time; who comes again all at once would be another attack than one of the slow.
            await asyncio.sleep(self._dice.random() * _LOOK_EVERY)
            connection = socket.socket()
            connection.setblocking(False)
            if way == _READS_NOTHING:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            with connection:
                connection.bind((_CALLERS, 0))
                await loop.sock_connect(connection, (_SERVICE, self._port))
                held = self._held[connection.getsockname()[1]] = _Held(way, time.monotonic(), asyncio.Event())
                try:
                    await loop.sock_sendall(connection, first)
                    await self._hold(connection, held)
                except OSError:
                    pass

    async def look(self) -> None:
        """Keep looking which connections the service still has, and keep how long it had the others."""
        with _Kernel(self._port) as kernel:
            while True:
                for some in batched([*self._held.items()], _AT_ONCE):
                    await asyncio.sleep(_LOOK_EVERY * _AT_ONCE / max(len(self._held), _AT_ONCE))
                    now = time.monotonic()
                    for port, held in some:
                        # Who has just come may not be there yet.
                        if now > held.began + _LOOK_EVERY and not kernel.has_one_of(port):
                            del self._held[port]
                            self.lasted[held.way].append(now - held.began)
                            held.gone.set()
                self.open.append(len(self._held))
                await asyncio.sleep(0.01)

    def longest(self, way: str) -> float:
        """Return how long the longest one was let, or has been so far."""
        now = time.monotonic()
        so_far = (now - held.began for held in self._held.values() if held.way == way)
        return max((*self.lasted[way], *so_far), default=0)

    async def _hold(self, connection: socket.socket, held: _Held) -> None:
        """Return when the other side has hung up."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BYTE_EVERY):
                    await held.gone.wait()
                    return
            await loop.sock_sendall(connection, b"a" if held.way != _READS_NOTHING else b"\r\n")


async def main(port: int, count: int) -> None:
    """Call until nobody wants it any more."""
    callers = SlowCallers(port)
    ways = (("head", _HEAD), ("body", _BODY), (_READS_NOTHING, _LARGE * 4))
    tasks = [
        asyncio.create_task(callers.call(*ways[number % 3], after=RAMP * number / count)) for number in range(count)
    ]
    tasks.append(asyncio.create_task(callers.look()))
    await asyncio.sleep(RAMP)
    print("calling", flush=True)
    callers.open.clear()
    began = time.monotonic()
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    told = {
        way: {"hung_up_on": len(lasted), "longest_s": round(callers.longest(way), 2)}
        for way, lasted in callers.lasted.items()
    }
    share = time.process_time() / (RAMP + time.monotonic() - began)
    print(json.dumps({"open_at_a_time": median(callers.open), "of_a_core": round(share, 3), **told}))


class _Kernel:
    """Asks the kernel about connections of the service, one at a time (linux/inet_diag.h)."""

    _MESSAGE: Final = struct.Struct("=IHHII")
    _REQUEST: Final = struct.Struct("=BBBxI")
    _BY_FAMILY, _PLEASE = 20, 1
    _ANY_COOKIE: Final = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    _ERROR, _STATE = 2, 17

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def has_one_of(self, port: int) -> bool:
        """Say whether the service has a connection with the caller on `port`."""
        request = self._REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF)
        request += struct.pack("!HH", self._port, port)
        request += b"".join(socket.inet_aton(each).ljust(16, b"\0") for each in (_SERVICE, _CALLERS)) + self._ANY_COOKIE
        length = self._MESSAGE.size + len(request)
        self._socket.send(self._MESSAGE.pack(length, self._BY_FAMILY, self._PLEASE, 0, 0) + request)
        answer = self._socket.recv(4096)
        return self._MESSAGE.unpack_from(answer)[1] != self._ERROR and answer[self._STATE] in _HELD


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
