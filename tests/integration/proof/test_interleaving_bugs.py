"""Playing every order can fail: each of these bugs is found, in an order that can be played again."""

import pytest

from auth_core import Redacted
from tests.proof.interleavings.play import ALL, Found, orders_of, play
from tests.proof.interleavings.stage import a_stage
from tests.proof.seeded_bugs import interleaved_cores, interleaved_stores
from tests.proof.seeded_bugs.interleaved_bug import InterleavedBug

_ENCOUNTERS = {str(each): each for each in ALL}


@pytest.mark.parametrize("bug", [*interleaved_stores.BUGS, *interleaved_cores.BUGS], ids=str)
async def test_an_order_shows_the_bug_each_time_it_is_played(address: Redacted[str], bug: InterleavedBug) -> None:
    encounter = _ENCOUNTERS[bug.between]
    async with a_stage(address, bug.wiring) as stage:
        with pytest.raises(Found) as found:
            async for _ in orders_of(stage, encounter):
                pass
        with pytest.raises(Found) as again:
            await play(stage, encounter, found.value.order)

    assert bug.found_as in found.value.what
    assert again.value.steps == found.value.steps
    steps = iter(found.value.steps)
    assert all(step in steps for step in bug.by_way_of), "it showed in another order than this"
