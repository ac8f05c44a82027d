"""However calls interleave, fail and die, the core keeps what it promises."""

from collections import Counter
from typing import Final

import pytest

from tests.proof.seeded_bugs import racing_cores, racing_stores
from tests.proof.seeded_bugs.racing_bug import RacingBug
from tests.proof.simulation.simulate import Found, simulate, trace_of

SEEDS: Final = 20_000
ENOUGH_FOR_A_BUG: Final = 2_000
WORTH_HAVING: Final = {"calls": 100_000, "waits": 10_000, "faults": 10_000, "deaths": 3_000, "thefts": 3_000}


@pytest.mark.covers("RFR-06", "RFR-07", "RFR-08", "RFR-09", "RFR-24", "RFR-25", "RFR-27", "SES-09", "I-2")
def test_no_seed_breaks_an_invariant() -> None:
    seen: Counter[str] = Counter()

    for seed in range(SEEDS):
        seen += simulate(seed).tally()

    assert {what for what, least in WORTH_HAVING.items() if seen[what] < least} == set(), seen


def test_a_seed_is_the_same_simulation_each_time() -> None:
    assert [trace_of(seed) for seed in range(50)] == [trace_of(seed) for seed in range(50)]


@pytest.mark.parametrize("bug", [*racing_stores.BUGS, *racing_cores.BUGS], ids=str)
def test_the_simulation_finds_the_bug(bug: RacingBug) -> None:
    found = next(filter(None, (_found(bug, seed) for seed in range(ENOUGH_FOR_A_BUG))), "nothing")

    assert bug.found_as in found
    assert "replay: python -m tests.proof.simulation --seed" in found


def _found(bug: RacingBug, seed: int) -> str | None:
    """Return what the simulation of this seed says of the bug, if that is what the bug is to be found as."""
    try:
        simulate(seed, bug.wiring)
    except Found as found:
        return str(found) if bug.found_as in str(found) else None
    return None
