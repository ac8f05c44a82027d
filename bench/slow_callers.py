"""`python -m bench.slow_callers PORT COUNT SECONDS`: holds connections the slow ways, and says how long each was let.

A third never ends a head, a third never ends a body, a third asks for something large and does not read it. They come
one after the other within the time they will be let, from an address of their own; whoever is hung up on comes again.
"""

import asyncio
import json
import socket
import sys
import time
from typing import Final

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


class SlowCallers:
    """As many as are asked for, and what became of them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.lasted: dict[str, list[float]] = {"head": [], "body": [], _READS_NOTHING: []}
        self.open = 0

    async def call(self, way: str, first: bytes, *, after: float) -> None:
        """Hold one connection after the other."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(after)
        while True:
            connection = socket.socket()
            connection.setblocking(False)
            if way == _READS_NOTHING:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            with connection:
                connection.bind(("127.0.0.2", 0))
                await loop.sock_connect(connection, ("127.0.0.1", self._port))
                began = time.monotonic()
                self.open += 1
                try:
                    await loop.sock_sendall(connection, first)
                    await self._hold(connection, way)
                except OSError:
                    pass
                finally:
                    self.open -= 1
                self.lasted[way].append(time.monotonic() - began)

    async def _hold(self, connection: socket.socket, way: str) -> None:
        """Return when the other side has hung up."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_BYTE_EVERY)
            await loop.sock_sendall(connection, b"a" if way != _READS_NOTHING else b"\r\n")
            if way != _READS_NOTHING:
                try:
                    async with asyncio.timeout(0.001):
                        if not await loop.sock_recv(connection, 4096):
                            return
                except TimeoutError:
                    continue


async def main(port: int, count: int, seconds: float) -> None:
    """Call for so long."""
    callers = SlowCallers(port)
    ways = (("head", _HEAD), ("body", _BODY), (_READS_NOTHING, _LARGE * 4))
    tasks = [
        asyncio.create_task(callers.call(*ways[number % 3], after=RAMP * number / count)) for number in range(count)
    ]
    opened: list[int] = []
    await asyncio.sleep(RAMP)
    print("calling", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.5)
        opened.append(callers.open)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    told = {
        way: {"hung_up_on": len(lasted), "longest_s": round(max(lasted, default=0), 1)}
        for way, lasted in callers.lasted.items()
    }
    print(json.dumps({"open_at_a_time": sorted(opened)[len(opened) // 2], **told}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
