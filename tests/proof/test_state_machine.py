"""Whatever clients, thieves, operators and clocks do, the refresh chain answers as its table says."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.chain_machine import chain_machine
from tests.proof.script import Line

SCRIPTS: Final = 400
STEPS_OF_ONE: Final = 50
STEPS: Final = 20_000
"""At the very least. Hypothesis leaves out a script now and then, so more are asked for."""

ROWS: Final = ("advanced", "repeated", "reused", "impossible", "gone", "turned away unseen")
OF_EACH_ROW: Final = 25


@pytest.mark.covers("RFR-01", "RFR-02", "RFR-03", "RFR-04", "RFR-05", "RFR-12", "RFR-13", "RFR-14", "RFR-15")
@pytest.mark.covers("RFR-21", "RFR-22", "RFR-26", "SES-05", "SES-09", "P-1")
def test_no_script_finds_a_difference_to_the_model_or_breaks_an_invariant() -> None:
    steps: Counter[str] = Counter()
    rows: Counter[str] = Counter()

    def count(line: Line) -> None:
        steps[type(line.step).__name__] += 1
        if line.row is not None:
            rows[line.row] += 1

    run_state_machine_as_test(
        chain_machine(played=count),
        settings=settings(
            max_examples=SCRIPTS,
            stateful_step_count=STEPS_OF_ONE,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )

    assert steps.total() >= STEPS
    seldom = {row for row in ROWS if rows[row] < OF_EACH_ROW}
    assert not seldom, f"too few presentations came to these rows of the table: {rows}"
