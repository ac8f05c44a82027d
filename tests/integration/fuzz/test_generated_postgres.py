"""What the document says is so of a service over a real PostgreSQL, too: each rule of it, kept and broken once."""

import asyncio

import pytest

from auth_adapters.postgres import Database, postgres_ports
from auth_core import Redacted
from auth_core.testing import MovableClock
from tests.fuzz.generated import Generating
from tests.fuzz.heard import listening
from tests.fuzz.house import UNSAFE_NO_THROTTLE, House


@pytest.mark.covers("HTTP-08", "R-H5", "R-A3")
def test_each_rule_of_the_document_is_kept_when_it_is_kept_and_when_it_is_broken(address: Redacted[str]) -> None:
    with listening() as heard, asyncio.Runner() as runner:
        database = Database(address)
        storage = postgres_ports(database, clock=MovableClock())
        house = runner.run(House.make(storage, settings=UNSAFE_NO_THROTTLE))
        heard.take()
        generating = Generating(runner, house, heard)
        generating.cover()
        generating.walk(20, first=1)
        runner.run(database.close())

    assert generating.found.failures == []
    assert generating.found.tally.total() > 1_500
