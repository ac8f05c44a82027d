"""The service as an ASGI application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from auth_http.application import application
from auth_http.container import Container, container_of_environment
from auth_http.lifespan import running
from auth_http.metrics.requests import RequestTally


def create_app(container: Container | None = None) -> FastAPI:
    """Return the application, which starts and stops what it needs with the server it is in.

    Without a container it reads its settings from the environment: `uvicorn --factory auth_http.app:create_app`.
    Raises: InvalidSettings.
    """
    wiring = container or container_of_environment()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with running(wiring):
            yield

    return application(wiring, lifespan=lifespan, tally=_tally_of(wiring))


def wired(container: Container) -> FastAPI:
    """Return the application over parts that somebody else starts and stops."""
    return application(container, tally=_tally_of(container))


def _tally_of(container: Container) -> RequestTally | None:
    """Return where requests are counted; where nobody asks for metrics they are not."""
    return None if container.settings().metrics_port is None else container.request_tally()
