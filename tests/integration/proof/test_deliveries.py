"""A dozen kills of deliverers and of PostgreSQL, one at each step, of mail and of webhooks: the campaign in short."""

import sys
from pathlib import Path

import pytest

from tests.proof.deliveries.campaign import run
from tests.proof.deliveries.channels import CHANNELS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it asks /proc which sessions a server has")


@pytest.mark.covers("PRC-08", "PRC-09")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_whoever_is_killed_when_what_was_committed_arrives_and_nothing_else(channel: str, tmp_path: Path) -> None:
    found = await run(12, of=channel, seed=0, home=tmp_path / "postgres")

    assert found["failures"] == 0
    assert len(found["killed"]) == 12
    assert found["committed"] > 0
    assert found["rolled back"] > 0
