"""Nothing that is told says what is behind an address, over a real PostgreSQL either."""

import pytest

from auth_adapters.postgres import Database, postgres_ports
from auth_core.testing import NOON, MovableClock
from tests.timing.uniform import QUESTIONS, a_service, told_of_each, told_of_tokens


@pytest.mark.covers("REG-02", "REG-03", "RST-20", "R-T3", "R-V2")
async def test_nobody_and_everybody_are_told_the_same(database: Database) -> None:
    service = await a_service(postgres_ports(database, clock=MovableClock(NOON)))

    for question in QUESTIONS:
        told = await told_of_each(service, question)
        assert {state for state, each in told.items() if each != told["nobody"]} == set(), question
    of_tokens = await told_of_tokens(service)
    assert {state for state, each in of_tokens.items() if each != of_tokens["no token"]} == set()
