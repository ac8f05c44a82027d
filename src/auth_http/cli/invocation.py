"""How a command gets at the service: it opens what it needs, does its work, and lets go of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

import typer

from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from auth_http.container import Container

type Wire = Callable[[], Container]


def container_of(context: typer.Context) -> "Container":
    """Return the parts of the service: what the caller of the command line brought, else those of the environment."""
    if context.obj is not None:
        return cast("Wire", context.obj)()
    from auth_http.container import Container

    return Container()


def run[Result](context: typer.Context, work: Callable[["Container"], Awaitable[Result]]) -> Result:
    """Do the work with the storage open and return its result; tell what fails in a sentence. Raises: SystemExit."""
    with told_plainly():
        return asyncio.run(_run(container_of(context), work))


async def _run[Result](container: "Container", work: Callable[["Container"], Awaitable[Result]]) -> Result:
    from auth_http.lifespan import opened
    from auth_http.telemetry import configure_logging

    settings = container.settings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, stream=typer.get_text_stream("stderr"))
    async with opened(container):
        return await work(container)
