"""The core over the database of the module."""

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database
from auth_core import AuthCore, Redacted
from auth_core.testing import MovableClock
from tests.integration.postgres.line import Line, a_line
from tests.integration.postgres.person import auth_over


@pytest.fixture
async def auth(database: Database, clock: MovableClock) -> AuthCore:
    return await auth_over(database, clock)


@pytest.fixture
async def operator(address: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    """A way into the database of the module that is not the service's."""
    engine = create_async_engine(address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


@pytest.fixture
async def line(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[Line]:
    async with a_line(address, clock) as line:
        yield line
