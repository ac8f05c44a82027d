"""Databases for tests: migrated once, then copied, which takes some 30 ms."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres import migrate
from auth_core import Redacted


class Databases:
    """Makes databases on one server, and drops them in the end."""

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url).set(drivername="postgresql+asyncpg")
        self._numbers = count()
        self._made: list[str] = []
        self._template: str | None = None

    async def empty(self) -> Redacted[str]:
        """Return the address of a new database with nothing in it."""
        return self._address(await self._create())

    async def migrated(self) -> Redacted[str]:
        """Return the address of a new database with the schema and the system roles."""
        if self._template is None:
            template = await self._create()
            await migrate(self._address(template))
            self._template = template
        return self._address(await self._create(template=self._template))

    async def drop_all(self) -> None:
        while self._made:
            drop = f'DROP DATABASE IF EXISTS "{self._made.pop()}" WITH (FORCE)'
            async with asyncio.timeout(60):
                while not await self._done(drop):
                    await asyncio.sleep(0.2)  # the server itself is vacuuming there, and we may not stop it

    async def _done(self, statement: str) -> bool:
        try:
            await self._execute(statement)
        except ProgrammingError as error:
            if "permission denied to terminate process" not in str(error):
                raise
            return False
        return True

    async def _create(self, *, template: str | None = None) -> str:
        name = f"auth_test_{os.getpid()}_{next(self._numbers)}"
        await self._execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        self._made.append(name)
        return name

    async def _execute(self, statement: str) -> None:
        engine = create_async_engine(self._server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))

    def _address(self, name: str) -> Redacted[str]:
        return Redacted(self._server.set(database=name).render_as_string(hide_password=False))


@asynccontextmanager
async def databases_on(server_url: str) -> AsyncGenerator[Databases]:
    databases = Databases(server_url)
    try:
        yield databases
    finally:
        await databases.drop_all()
