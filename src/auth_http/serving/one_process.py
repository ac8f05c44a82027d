"""A process that serves, from its first connection to the database to the last answer."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvicorn

from auth_http.app import wired
from auth_http.container import Container
from auth_http.lifespan import running
from auth_http.serving.draining import DrainingServer, HangUpWhenDraining
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
        config = _config(self.container, settings)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(self._serve(config, settings))

    async def _serve(self, config: uvicorn.Config, settings: Settings) -> None:
        async with running(self.container, number=self.number):
            if self.before_serving is not None:
                await self.before_serving()
            server = DrainingServer(
                config,
                readiness=self.container.readiness(),
                drain_seconds=settings.drain_seconds,
                on_started=self.on_started,
                shares_its_listener=self.supervisor is not None,
            )
            if self.supervisor is not None:
                _listen_to(self.supervisor, server)
            settle()
            await server.serve(sockets=[self.listener])


def _config(container: Container, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        HangUpWhenDraining(wired(container), container.readiness()),
        lifespan="off",  # it is ours to run, so that what fails in it is told in a sentence
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
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
