from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.unit.http.service import Service, a_service


@pytest.fixture(autouse=True)
def lines() -> Iterator[list[EventDict]]:
    """What is logged during a test."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def service() -> Service:
    return await a_service()
