"""Where two calls meet on PostgreSQL."""

from collections.abc import AsyncGenerator

import pytest

from auth_core import Redacted
from tests.proof.interleavings.stage import Stage, a_stage


@pytest.fixture(scope="module")
async def stage(address: Redacted[str]) -> AsyncGenerator[Stage]:
    async with a_stage(address) as stage:
        yield stage
