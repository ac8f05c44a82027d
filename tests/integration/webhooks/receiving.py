"""A real receiver on loopback, that keeps what it is posted."""

import asyncio
import random
import ssl
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from auth_core import Redacted
from auth_core.webhooks.verifying import VerifiedWebhook, verify_webhook

NO_CONTENT: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
BUSY: Final = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """Return an answer with this status."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True, slots=True)
class Posted:
    """One request, as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, *secrets: Redacted[str]) -> VerifiedWebhook:
        return verify_webhook(self.headers, self.body, secrets, now=datetime.now(UTC))


@dataclass(slots=True)
class LoopbackReceiver:
    """What has come, and what is answered: the answers in their turn, and then 204.

    An answer of None is none at all. `busy` is the share of requests that are put off, and not kept. `on_posted` is
    called when the next request is kept and not answered yet.
    """

    port: int = 0
    scheme: str = "http"
    requests: list[Posted] = field(default_factory=list[Posted])
    connections: int = 0
    busy: float = 0.0
    put_off: int = 0
    on_posted: Callable[[], None] | None = None
    _writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    _answers: deque[bytes | None] = field(default_factory=deque[bytes | None])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks?tenant=7"

    def will(self, *answers: bytes | None) -> None:
        self._answers.extend(answers)

    async def come(self, count: int) -> list[Posted]:
        """Return what has come once it is so many requests."""
        async with asyncio.timeout(30):
            while len(self.requests) < count:
                await asyncio.sleep(0.01)
        return self.requests

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def hang_up(self) -> None:
        """Close every connection, whatever is under way on it."""
        for each in self._writers:
            each.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if random.random() < self.busy:
            self.put_off += 1
            writer.write(BUSY)
            await writer.drain()
            return True
        self.requests.append(Posted(head[0], headers, body))
        if self.on_posted is not None:
            called, self.on_posted = self.on_posted, None
            called()
        answers = self._answers.popleft() if self._answers else NO_CONTENT
        if answers is None:
            await asyncio.sleep(60)
            return False
        writer.write(answers)
        await writer.drain()
        return True


@asynccontextmanager
async def a_receiver(tls: ssl.SSLContext | None = None) -> AsyncGenerator[LoopbackReceiver]:
    """Receive while the block runs."""
    receiver = LoopbackReceiver(scheme="https" if tls else "http")
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        receiver.hang_up()
