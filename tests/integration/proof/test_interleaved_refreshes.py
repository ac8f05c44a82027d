"""Somebody presents a link while something else happens to its session: every order of their statements is sound."""

import pytest

from tests.proof.interleavings.pairs import OF_REFRESHES, Pair
from tests.proof.interleavings.play import play_all
from tests.proof.interleavings.stage import Stage


@pytest.mark.covers("I-1", "DB-18", "RFR-06", "RFR-09", "RFR-24")
@pytest.mark.parametrize("pair", OF_REFRESHES, ids=str)
async def test_every_order_of_two_calls_keeps_the_promises(stage: Stage, pair: Pair) -> None:
    await play_all(stage, pair)
