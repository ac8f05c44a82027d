"""A connection that reads requests strictly, keeps nobody waiting, and is not kept by anybody.

The server's own protocol does the work. This one refuses what two readers could read in two ways, answers in order
when it refuses, says what it waits for, and takes part in the crowd.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final, override

import httptools
import structlog
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from auth_adapters.sources import source_of
from auth_http.problems import Problem
from auth_http.request_problems import BODY_TOO_LARGE, HEADERS_TOO_LARGE
from auth_http.serving.crowd import Crowd
from auth_http.serving.framing import (
    HEAD_TOO_SLOW,
    LARGEST_HEAD,
    MOST_HEADERS,
    NO_ROOM,
    TRAILER,
    UNREADABLE,
    fault_in_head,
)
from auth_http.serving.gathering import Gathering
from auth_http.serving.patience import Debt, Owed, Patience
from auth_http.serving.raw_answers import raw_answer
from auth_http.serving.untaken import untaken

_log = structlog.get_logger("auth_http.connections")

type Network = IPv4Network | IPv6Network

_MOST_WAITING: Final = 8
"""Requests sent ahead, behind the one that is being answered."""
_LARGEST_MESSAGE: Final = 1024 * 1024
"""Bytes over the wire of one whole request: the largest body, in small chunks, is less."""


class _Refused(Exception):
    """Leaves the parser, from one of the functions it calls."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Stage(Enum):
    """How much of a request has come."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Connection(HttpToolsProtocol):
    """One connection of a client."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        patience: Patience,
        crowd: Crowd,
        proxies: tuple[Network, ...] = (),
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # Without the leniency that the parent gives its own: whoever says that a request is the last sends no other.
        self._reader = self.parser = httptools.HttpRequestParser(self)
        self.source: str | None = None
        self._patience = patience
        self._crowd = crowd
        self._proxies = proxies
        self._gathering: Gathering
        self._inside = False
        self._refused = False
        self._stage = _Stage.NOTHING
        self._begun = 0
        self._received = 0
        self._running: RequestResponseCycle | None = None

    # ---- The connection

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent's
        self._gathering = Gathering(transport)
        super().connection_made(self._gathering)
        self.source = self._source()
        self._inside = self._crowd.enter(self)
        self._patience.watch(self, now=self.loop.time())
        if not self._inside:
            self._hang_up(NO_ROOM)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.forget(self)
        if self._inside:
            self._inside = False
            self._crowd.leave(self)
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)
        del self._reader  # it holds on to us, as the parent's does

    @override
    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
        try:
            self._reader.feed_data(data)
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.problem if isinstance(cause, _Refused) else UNREADABLE)
            return
        if self._stage is _Stage.NOTHING:
            return
        self._received += len(data)
        if self._stage is _Stage.HEAD and self._received > LARGEST_HEAD:
            self._refuse(HEADERS_TOO_LARGE)
        elif self._received > _LARGEST_MESSAGE:
            self._refuse(BODY_TOO_LARGE)

    # ---- What the parser finds

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stage = _Stage.HEAD
        self._begun += 1
        self._received = 0

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if self._stage is not _Stage.HEAD:
            # It would stand among the fields of the head, which proxies and guards have judged already.
            raise _Refused(TRAILER)
        if len(self.headers) >= MOST_HEADERS:
            raise _Refused(HEADERS_TOO_LARGE)
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        fault = fault_in_head(
            version=self._reader.get_http_version(),
            target=self.url,
            headers=self.headers,
            upgrades=self._reader.should_upgrade(),
        )
        if fault is not None:
            raise _Refused(fault)
        if len(self.pipeline) >= _MOST_WAITING:
            raise _Refused(UNREADABLE)
        super().on_headers_complete()
        self._stage = _Stage.BODY

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stage = _Stage.NOTHING
        if self._inside:
            self._crowd.ask(self)

    # ---- Answering

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        self._gathering.await_head()
        super()._start_asgi_task(cycle, app)

    @override
    def on_response_complete(self) -> None:
        self._gathering.hand_on()
        super().on_response_complete()
        if self._inside and self._is_idle:
            self._crowd.wait(self)

    @property
    def _is_idle(self) -> bool:
        return self._running is None or self._running.response_complete

    # ---- Being waited for

    @property
    def debt(self) -> Debt | None:
        """What the client owes us; None while it waits for us."""
        is_idle = self._is_idle
        if self.transport.is_closing() or self.flow.write_paused or is_idle:
            unread = untaken(self.transport)
            if unread or not is_idle:
                return Debt(Owed.READING, self._begun, unread)
        if self.flow.read_paused:
            return None
        if self._stage is _Stage.HEAD:
            return Debt(Owed.HEAD, self._begun)
        if self._stage is _Stage.BODY:
            return Debt(Owed.BODY, self._begun)
        return Debt(Owed.REQUEST, self._begun) if is_idle else None

    def give_up(self, owed: Owed) -> None:
        """Hang up on a client that has been waited for in vain."""
        _log.debug("client_too_slow", owed=owed.name.lower())
        if owed is Owed.HEAD and self._is_idle and not untaken(self.transport):
            self._hang_up(HEAD_TOO_SLOW)
        else:
            self.transport.abort()

    def make_room(self) -> None:
        """Hang up: somebody else needs the place."""
        self._inside = False
        self.transport.abort()

    # ---- Refusing

    def _refuse(self, problem: Problem) -> None:
        """Read no more. Requests that came before this one are answered before the connection ends."""
        self._refused = True
        in_body, self._stage = self._stage is _Stage.BODY, _Stage.NOTHING
        if in_body and self.pipeline:
            self.pipeline.popleft()
        elif in_body and self._running is not None:
            self._refuse_running(self._running, problem)
            return
        if self.pipeline:
            self.pipeline[0][0].keep_alive = False
        elif self._running is not None and not self._running.response_complete:
            self._running.keep_alive = False
        else:
            self._hang_up(problem)

    def _refuse_running(self, running: RequestResponseCycle, problem: Problem) -> None:
        """Refuse the request whose body the application waits for, or has answered without waiting."""
        if running.response_complete:
            self.transport.close()
        elif running.response_started:
            running.keep_alive = False
        else:
            running.disconnected = True
            running.message_event.set()
            self._hang_up(problem)

    def _hang_up(self, problem: Problem) -> None:
        self._refused = True
        _log.info("request_refused", status=problem.status, code=problem.code)
        self.transport.write(raw_answer(problem, self.server_state.default_headers))
        self.transport.close()

    def _source(self) -> str | None:
        """Return whose connection this is; a proxy of ours brings many people's."""
        source = source_of(self.client[0]) if self.client else None
        if source is None or self.client is None:
            return None
        peer = ip_address(self.client[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return None if any(peer in network for network in self._proxies) else source


def connections_with(
    *, patience: Patience, crowd: Crowd, proxies: tuple[Network, ...]
) -> Callable[..., asyncio.Protocol]:
    """Return what makes a connection as the server wants one."""

    def make(
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        return Connection(config, server_state, app_state, _loop, patience=patience, crowd=crowd, proxies=proxies)

    return make
