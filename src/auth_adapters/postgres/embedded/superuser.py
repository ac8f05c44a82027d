"""The few questions to the server that are ours and not the service's, asked by its superuser."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from asyncpg import InternalClientError
from sqlalchemy import URL, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres.embedded.home import SUPERUSER, Home
from auth_adapters.postgres.embedded.postmaster import Postmaster
from auth_core.redacted import Redacted

_SECONDS_TO_CONNECT: Final = 5


class NoAnswer(Exception):
    """The server cannot be spoken to, or would not do as asked."""


@dataclass(frozen=True, slots=True)
class Superuser:
    """Speaks to the server on `port`, over one connection per question."""

    port: int
    password: Redacted[str]

    def scalar(self, question: str, **values: object) -> object:
        """Return the first value of the first row. Raises: NoAnswer."""
        # A thread of its own has no event loop yet, whether or not the caller runs in one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, self._scalar(question, values)).result()

    async def _scalar(self, question: str, values: dict[str, object]) -> object:
        url = URL.create(
            "postgresql+asyncpg",
            username=SUPERUSER,
            password=self.password.reveal(),
            host="127.0.0.1",
            port=self.port,
            database="postgres",
        )
        engine = create_async_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": _SECONDS_TO_CONNECT, "ssl": False},
        )
        try:
            async with engine.connect() as connection:
                result = await connection.execute(text(question), values)
                return result.scalar() if result.returns_rows else None
        except (DBAPIError, InternalClientError, OSError, TimeoutError) as error:
            raise NoAnswer(str(error)) from error


def answering(home: Home) -> Postmaster | None:
    """Return the server of `home` if it is there and ready. Raises: EmbeddedPostgresError for a lost password.

    The port of a dead server may be a stranger's, to whom the client would send the password in clear if it asked so:
    the question goes to a living one only.
    """
    postmaster = Postmaster.read(home.data)
    if postmaster is None or not postmaster.is_alive():
        return None
    try:
        Superuser(postmaster.port, home.password(SUPERUSER)).scalar("SELECT true")
    except NoAnswer:
        return None
    return postmaster
