"""The whole of `auth-service serve`."""

import asyncio
import signal
import socket
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Never

from auth_http.container import Container, container_with
from auth_http.lifespan import ensure_keys
from auth_http.listener import address_of, listen
from auth_http.serving.announcement import Announcement, lacks_administrator
from auth_http.serving.one_process import ServingProcess
from auth_http.serving.supervisor import Supervisor
from auth_http.settings import Settings, read_settings
from auth_http.telemetry import configure_logging, log_what_nobody_caught

_SECONDS_BEYOND = 10
"""How much longer than they may take workers are waited for."""


def serve(environ: Mapping[str, str]) -> None:
    """Serve by the settings in `environ` until a signal ends it. Raises: CannotRun, InvalidSettings."""
    signal.signal(signal.SIGTERM, _end_at_once)
    settings = read_settings(environ)
    configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=settings.log_sql)
    log_what_nobody_caught()
    with listen(settings.host, settings.port) as listener:
        # A port of 0 has become a number, which belongs into the addresses we tell and into the workers' settings.
        environ = {**environ, "AUTH_PORT": str(listener.getsockname()[1])}
        container = container_with(read_settings(environ))
        if settings.workers == 1:
            _serve_alone(container, listener)
        else:
            _serve_together(container, listener, environ)


def _serve_alone(container: Container, listener: socket.socket) -> None:
    lacking = False

    async def look() -> None:
        nonlocal lacking
        lacking = await lacks_administrator(container.auth())

    def announce() -> None:
        _announcement(container, listener, lacking=lacking).make()

    ServingProcess(container=container, listener=listener, before_serving=look, on_started=announce).run()


def _serve_together(container: Container, listener: socket.socket, environ: Mapping[str, str]) -> None:
    """Prepare once, so that what is wrong is told once; keep hold of the storage until the last worker has ended."""
    settings, storage = container.settings(), container.storage()
    with asyncio.Runner() as runner:
        try:
            lacking = runner.run(_prepare(container))
            announcement = _announcement(container, listener, lacking=lacking)
            Supervisor(
                listener=listener,
                count=settings.workers,
                environ=environ,
                seconds_to_stop=settings.drain_seconds + settings.shutdown_seconds + _SECONDS_BEYOND,
                on_started=announcement.make,
            ).run()
        finally:
            runner.run(storage.close())


async def _prepare(container: Container) -> bool:
    storage = container.storage()
    await storage.open()
    await ensure_keys(container)
    lacking = await lacks_administrator(container.auth())
    await storage.disconnect()
    return lacking


def _announcement(container: Container, listener: socket.socket, *, lacking: bool) -> Announcement:
    settings: Settings = container.settings()
    return Announcement(
        settings=settings,
        address=address_of(listener),
        storage=container.storage().description,
        lacks_administrator=lacking,
    )


def _end_at_once(_number: int, _frame: FrameType | None) -> Never:
    """Before anything is served there is nothing to finish, but what was started must be let go of."""
    sys.exit(0)
