"""A dozen kills of deliverers and of PostgreSQL, one at each step: the campaign in short."""

import sys
from pathlib import Path

import pytest

from tests.proof.deliveries.campaign import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it asks /proc which sessions a server has")


@pytest.mark.covers("PRC-08", "PRC-09")
async def test_whoever_is_killed_when_what_was_committed_arrives_and_nothing_else(tmp_path: Path) -> None:
    found = await run(12, seed=0, home=tmp_path / "postgres")

    assert found["failures"] == 0
    assert len(found["killed"]) == 12
    assert found["committed"] > 0
    assert found["rolled back"] > 0
