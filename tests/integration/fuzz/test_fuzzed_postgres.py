"""Anything at all is asked of a service over a real PostgreSQL."""

import pytest

from auth_adapters.postgres import Database, postgres_ports
from auth_core.testing import MovableClock
from tests.fuzz.barrage import ask_all

REQUESTS = range(4_000)


@pytest.mark.covers("HTTP-08", "HTTP-19", "HTTP-21", "R-H5")
async def test_no_request_breaks_the_service_over_postgresql(database: Database, clock: MovableClock) -> None:
    found = await ask_all(REQUESTS, postgres_ports(database, clock=clock))

    assert found.failures == []
    assert found.tally.total() == len(REQUESTS)
    assert {"200", "201", "204", "401", "403", "404", "409", "412", "422"} <= found.tally.keys()
