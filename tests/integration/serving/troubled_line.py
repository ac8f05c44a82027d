"""A line to PostgreSQL that can have the troubles of networks: slow, silent, cut."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

from auth_core import Redacted


class TroubledLine:
    """Passes bytes on until it is told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self.latency = 0.0
        """Seconds by which whatever comes is late, each way."""
        self._to = (host, port)
        self._swallows = False
        self._server: asyncio.Server | None = None
        self._port = 0
        self._links: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens, also after it was cut and joined again."""
        return self._port

    def lead_to(self, host: str, port: int) -> None:
        """Lead new connections elsewhere."""
        self._to = (host, port)

    def swallow(self) -> None:
        """From now on lose every byte and close nothing; new connections are made, and then nothing comes."""
        self._swallows = True

    def recover(self) -> None:
        """Let new connections work. Those that lost something stay silent for ever, as in a real network."""
        self._swallows = False

    async def cut(self) -> None:
        """Close everything, and refuse whoever comes."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self._links):
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def join(self) -> None:
        """Take connections, at the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                from_server, to_server = await asyncio.open_connection(*self._to)
                lost = asyncio.Event()
                pumps = [
                    asyncio.create_task(self._pump(from_client, to_server, lost)),
                    asyncio.create_task(self._pump(from_server, to_client, lost)),
                ]
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
                    await asyncio.gather(*pumps, return_exceptions=True)
                    to_server.transport.abort()
        finally:
            to_client.transport.abort()
            self._links.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        while data := await reader.read(1 << 16):
            if self.latency:
                await asyncio.sleep(self.latency)
            if self._swallows:
                lost.set()
            if not lost.is_set():
                writer.write(data)


@asynccontextmanager
async def troubled_line(address: Redacted[str]) -> AsyncGenerator[tuple[TroubledLine, Redacted[str]]]:
    """Give a line to the database at `address`, and the address by which one goes over it."""
    url = make_url(address.reveal())
    assert url.host is not None
    line = TroubledLine(url.host, url.port or 5432)
    await line.join()
    try:
        through = url.set(host="127.0.0.1", port=line.port).update_query_dict({"ssl": "disable"})
        yield line, Redacted(through.render_as_string(hide_password=False))
    finally:
        await line.cut()
