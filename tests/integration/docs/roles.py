"""A role such as a service should have: it owns its database, is no superuser, and has a random password."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from auth_core import Redacted


@asynccontextmanager
async def ordinary_owner(address: Redacted[str]) -> AsyncGenerator[Redacted[str]]:
    """Return the address of the database for such a role, which is a new one while the block runs.

    Who may not make roles is one already.
    """
    given = make_url(address.reveal())
    role, password = f"owner_{secrets.token_hex(6)}", secrets.token_hex(16)
    engine = create_async_engine(given, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    async def execute(*statements: str) -> None:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    try:
        await execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    except ProgrammingError:
        await engine.dispose()
        yield Redacted(given.set(drivername="postgresql").render_as_string(hide_password=False))
        return
    await execute(f'ALTER DATABASE "{given.database}" OWNER TO {role}')
    try:
        owner = given.set(drivername="postgresql", username=role, password=password)
        yield Redacted(owner.render_as_string(hide_password=False))
    finally:
        await execute(
            f'ALTER DATABASE "{given.database}" OWNER TO CURRENT_USER',
            f"REASSIGN OWNED BY {role} TO CURRENT_USER",
            f"DROP OWNED BY {role}",
            f"DROP ROLE {role}",
        )
        await engine.dispose()
