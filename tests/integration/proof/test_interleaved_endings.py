"""Sessions end, begin and end again, accounts are made, all at once: every order of the statements is sound."""

import pytest

from tests.proof.interleavings.pairs import OF_ENDINGS
from tests.proof.interleavings.play import Encounter, play_all
from tests.proof.interleavings.registrations import OF_REGISTRATIONS
from tests.proof.interleavings.stage import Stage


@pytest.mark.covers("I-1", "DB-18", "AUD-01", "REG-07")
@pytest.mark.parametrize("encounter", [*OF_ENDINGS, *OF_REGISTRATIONS], ids=str)
async def test_every_order_of_two_calls_keeps_the_promises(stage: Stage, encounter: Encounter) -> None:
    await play_all(stage, encounter)
