"""A proxy before PostgreSQL that loses what a network can lose, at the moment it hurts most."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from itertools import count
from typing import Final

from sqlalchemy import make_url

from auth_core import Redacted

type Moment = Callable[[bytes], bool]


def commit(message: bytes) -> bool:
    """Recognize the end of a transaction."""
    return b"COMMIT" in message


def prepared_statement(message: bytes) -> bool:
    """Recognize the execution of a statement that was prepared before: it begins with a Bind message."""
    return message.startswith(b"B")


def nth(number: int, moment: Moment) -> Moment:
    """Recognize not the first of such messages but this one."""
    seen = count(1)
    return lambda message: moment(message) and next(seen) == number


class Loss(Enum):
    """What gets lost."""

    REQUEST = auto()
    """The server never hears of it."""
    REPLY = auto()
    """The server has done it, and nobody hears of that."""


_CANCEL_REQUEST: Final = bytes.fromhex("0000001004d2162e")


class CuttingProxy:
    """Passes everything on until it is told otherwise.

    `round_trips` counts the requests that got an answer, `cancel_requests` those to break off a statement.
    """

    def __init__(self) -> None:
        self.round_trips = 0
        self.cancel_requests = 0
        self.holding = asyncio.Event()
        self._hold: Moment | None = None
        self._cut: tuple[Moment, Loss] | None = None
        self._thawed = asyncio.Event()
        self._thawed.set()

    def cut_at_next(self, moment: Moment, loss: Loss) -> None:
        """Cut the connection over which the next such message comes, once."""
        self._cut = (moment, loss)

    @property
    def has_cut(self) -> bool:
        """Whether what was to be cut has been."""
        return self._cut is None

    def hold_at_next(self, moment: Moment) -> None:
        """Freeze as soon as the next such message comes, before it is passed on, and set `holding`."""
        self._hold = moment

    def freeze(self) -> None:
        """Pass nothing on, and close nothing: so a dead machine looks from afar."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on as if nothing had been."""
        self._thawed.set()

    async def pass_on(
        self,
        from_client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        """Serve one connection until one side closes it, or it is cut."""
        awaited: Loss | bool = False  # whether an answer is on its way, and whether it shall arrive

        async def requests() -> None:
            nonlocal awaited
            while message := await from_client.read(1 << 16):
                self.cancel_requests += message.startswith(_CANCEL_REQUEST)
                if self._hold is not None and self._hold(message):
                    self._hold = None
                    self.freeze()
                    self.holding.set()
                await self._thawed.wait()
                loss = self._loss_at(message)
                if loss is Loss.REQUEST:
                    return
                awaited = loss or True
                to_server.write(message)

        async def replies() -> None:
            nonlocal awaited
            while message := await from_server.read(1 << 16):
                await self._thawed.wait()
                if awaited is Loss.REPLY:
                    return
                self.round_trips += bool(awaited)
                awaited = False
                to_client.write(message)

        pumps = [asyncio.create_task(requests()), asyncio.create_task(replies())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    def _loss_at(self, message: bytes) -> Loss | None:
        if self._cut is None or not self._cut[0](message):
            return None
        loss = self._cut[1]
        self._cut = None
        return loss


@asynccontextmanager
async def proxied(address: Redacted[str]) -> AsyncGenerator[tuple[CuttingProxy, Redacted[str]]]:
    """Give a proxy before the database at `address`, and the address by which one goes through it."""
    proxy = CuttingProxy()
    url = make_url(address.reveal())
    assert url.host is not None
    host, port = url.host, url.port or 5432
    links: set[asyncio.Task[None]] = set()

    async def accept(from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        links.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            from_server, to_server = await asyncio.open_connection(host, port)
            try:
                await proxy.pass_on(from_client, to_client, from_server, to_server)
            finally:
                to_server.transport.abort()
                to_client.transport.abort()
        links.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1")
    listening = server.sockets[0].getsockname()[1]
    # What is encrypted cannot be cut at a chosen place.
    through = url.set(host="127.0.0.1", port=listening).update_query_dict({"ssl": "disable"})
    try:
        yield proxy, Redacted(through.render_as_string(hide_password=False))
    finally:
        server.close()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        await server.wait_closed()
