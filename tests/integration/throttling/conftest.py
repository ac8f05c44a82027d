"""A core that counts, over the database of the module."""

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_core import Redacted


@pytest.fixture
async def operator(address: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    """A way into the database of the module that is not the service's."""
    engine = create_async_engine(address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()
