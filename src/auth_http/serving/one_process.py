"""A process that serves, from its first connection to the database to the last answer."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import uvicorn

from auth_http.app import wired
from auth_http.container import Container
from auth_http.lifespan import running
from auth_http.serving.connection import connections_with
from auth_http.serving.crowd import Crowd
from auth_http.serving.draining import DrainingServer, HangUpWhenDraining
from auth_http.serving.open_files import as_many_as_files_allow
from auth_http.serving.patience import Patience
from auth_http.serving.settled import settle
from auth_http.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingProcess:
    """Serves on `listener` until it is told to stop.

    `before_serving` is awaited when everything runs but nothing is answered yet; `on_started` is called once requests
    are answered. `number` says which of several processes this is, and `supervisor`, if there is one, is what leads to
    whoever started them: a word from there says that all of them stop now, and its end is ours.
    """

    container: Container
    listener: socket.socket
    on_started: Callable[[], None]
    before_serving: Callable[[], Awaitable[None]] | None = None
    supervisor: socket.socket | None = None
    number: int = 0

    def run(self) -> None:
        """Serve. Raises: CannotRun, InvalidSettings."""
        settings = self.container.settings()
        patience = Patience(timedelta(seconds=settings.request_seconds))
        config = _config(self.container, settings, patience)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(self._serve(config, settings, patience))

    async def _serve(self, config: uvicorn.Config, settings: Settings, patience: Patience) -> None:
        async with running(self.container, number=self.number):
            if self.before_serving is not None:
                await self.before_serving()
            server = DrainingServer(
                config,
                readiness=self.container.readiness(),
                drain_seconds=settings.drain_seconds,
                on_started=self.on_started,
                shares_its_listener=self.supervisor is not None,
                patience=patience,
            )
            if self.supervisor is not None:
                _listen_to(self.supervisor, server)
            settle()
            await server.serve(sockets=[self.listener])


def _config(container: Container, settings: Settings, patience: Patience) -> uvicorn.Config:
    most = as_many_as_files_allow(settings.max_connections)
    crowd = Crowd(most=most, most_of_one=min(most, settings.max_connections_per_source))
    connections = connections_with(patience=patience, crowd=crowd, proxies=settings.trusted_proxies)
    return uvicorn.Config(
        HangUpWhenDraining(wired(container), container.readiness()),
        # Whatever makes a protocol is as good as its class.
        http=cast("type[asyncio.Protocol]", connections),
        ws="none",
        lifespan="off",  # it is ours to run, so that what fails in it is told in a sentence
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=int(settings.shutdown_seconds),
    )


def _listen_to(supervisor: socket.socket, server: DrainingServer) -> None:
    loop = asyncio.get_running_loop()

    def on_word() -> None:
        server.shares_its_listener = False
        if not supervisor.recv(1):
            loop.remove_reader(supervisor)
            server.stop()

    loop.add_reader(supervisor, on_word)
