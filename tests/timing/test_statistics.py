"""The statistics that say whether two ways can be told apart find what is there, and nothing else."""

import time
from random import Random

import pytest

from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core import Redacted
from bench.apart import apart, auc
from bench.pairs import in_pairs


def times(seed: int, *, more: float = 0.0, count: int = 2_000) -> list[float]:
    """Times as a server has them: few are shorter than the usual one, and some much longer."""
    dice = Random(seed)
    return [0.002 + more + dice.lognormvariate(-8.5, 0.6) for _ in range(count)]


@pytest.mark.covers("R-T3")
@pytest.mark.parametrize("seed", range(0, 20, 2))
def test_two_of_the_same_are_uniform(seed: int) -> None:
    found = apart(times(seed), times(seed + 1))

    assert found.verdict == "even"
    assert found.low <= 0.01
    assert found.high >= -0.01


def test_a_difference_of_a_millisecond_is_found_with_its_size_and_direction() -> None:
    found = apart(times(1), times(2, more=0.001))

    assert found.verdict == "apart"
    assert found.low < 1.0 < found.high
    assert found.auc > 0.9
    assert apart(times(2, more=0.001), times(1)).difference == pytest.approx(-found.difference)


def test_a_small_difference_that_is_always_there_is_found_by_guessing() -> None:
    found = apart(times(1), times(2, more=0.0001))

    assert found.low > -0.5
    assert found.high < 0.5
    assert found.auc > 0.53
    assert not found.is_uniform


def test_too_few_pairs_prove_nothing() -> None:
    slow = [second * 100 for second in times(3, count=10)]

    assert apart(slow, [second * 100 for second in times(4, count=10)]).verdict == "undecided"


def test_whoever_is_longer_more_often_is_counted_and_equals_count_half() -> None:
    assert auc([1, 2, 3], [4, 5, 6]) == 1
    assert auc([4, 5, 6], [1, 2, 3]) == 0
    assert auc([1, 2, 3], [1, 2, 3]) == 0.5
    assert auc([1, 1], [1, 2]) == 0.75


@pytest.mark.covers("R-T3", "PWD-11")
async def test_a_decoy_of_the_wrong_cost_is_found() -> None:
    """The control: bcrypt itself, and a hash for nobody that is one step cheaper than the one of somebody."""
    pepper = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())
    right, wrong = (BcryptScheme(cost=cost, pepper=pepper) for cost in (6, 5))
    guess, stored = Redacted("a wrong guess"), right.hash(Redacted("correct horse battery staple"))

    async def known() -> None:
        right.verify(guess, stored)

    async def unknown() -> None:
        right.verify(guess, None)

    async def unknown_and_cheaper() -> None:
        wrong.verify(guess, None)

    # By the time of this thread alone, so that nothing else on the machine has a say.
    right_one = apart(*await in_pairs(known, unknown, pairs=60, clock=time.thread_time))
    wrong_one = apart(*await in_pairs(known, unknown_and_cheaper, pairs=60, clock=time.thread_time))

    assert wrong_one.verdict == "apart"
    assert wrong_one.auc < 0.25 < right_one.auc < 0.75
