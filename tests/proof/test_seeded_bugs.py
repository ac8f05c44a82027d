"""The proof can fail: each of these bugs is found within a bounded number of steps."""

from collections.abc import AsyncGenerator
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.chain_machine import chain_machine
from tests.proof.random_scripts import random_script
from tests.proof.seeded_bugs import refreshing, storing
from tests.proof.seeded_bugs.bug import Bug
from tests.proof.setting import Proof
from tests.proof.test_state_machine import STEPS_OF_ONE

SCRIPTS: Final = 800
BUGS: Final = (*refreshing.BUGS, *storing.BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_state_machine_finds_the_bug(bug: Bug) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            chain_machine(make_place=bug.make_place, assembled=bug.assembled),
            settings=settings(
                max_examples=SCRIPTS,
                stateful_step_count=STEPS_OF_ONE,
                phases=[Phase.generate],  # Finding it will do: nobody reads the shortest script.
                derandomize=True,
                report_multiple_bugs=False,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )


@pytest.mark.parametrize("bug", BUGS, ids=str)
async def test_the_invariants_find_the_bug_without_the_model(bug: Bug) -> None:
    assert bug.found_as in [message async for message in _messages(bug)]


async def _messages(bug: Bug) -> AsyncGenerator[str]:
    """Tell what the invariants say of the bug, script by script, until they say what it is to be found as."""
    for seed in range(SCRIPTS):
        script = random_script(seed)
        proof = Proof(script.retry_window, make_place=bug.make_place, assembled=bug.assembled, invariants_alone=True)
        try:
            await proof.transcript(script.steps)
        except AssertionError as error:
            said = str(error).partition("\n")[0]
            yield said
            if said == bug.found_as:
                return
