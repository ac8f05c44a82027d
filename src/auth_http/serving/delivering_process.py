"""The whole of `auth-service worker`: a process that delivers, and answers nobody."""

import asyncio
import signal
from collections.abc import Mapping

import structlog

from auth_http.container import Container, container_with
from auth_http.delivery import delivering_for, looking_at_the_outbox
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.lifespan import measuring, opened
from auth_http.settings import read_settings
from auth_http.settings.mail import MailMode
from auth_http.telemetry import configure_logging, log_what_nobody_caught
from auth_http.worker import in_background


def deliver_by(environ: Mapping[str, str]) -> None:
    """Deliver by the settings in `environ` until a signal ends it. Raises: CannotRun, InvalidSettings."""
    settings = read_settings(environ)
    if settings.mail is MailMode.OFF:
        raise CannotRun("There is nothing to deliver: give AUTH_MAIL_HOST and AUTH_MAIL_FROM.", ExitCode.BAD_SETTINGS)
    configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=settings.log_sql)
    log_what_nobody_caught()
    asyncio.run(_deliver(container_with(settings)))


async def _deliver(container: Container) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopped.set)
    log = structlog.get_logger("auth_http.delivery")
    async with (
        opened(container),
        in_background(looking_at_the_outbox(container), records=container.job_records()),
        measuring(container, number=0),
        delivering_for(container),
    ):
        log.info("delivering", storage=container.storage().description)
        await stopped.wait()
        log.info("delivery_stops")
