"""Counting takes no more memory than is set aside for it, whoever tries to fill it."""

from datetime import timedelta

import pytest

from auth_adapters.memory.throttling import MemoryBudgets
from auth_core.testing import NOON, MovableClock
from auth_core.testing.contracts.budgets import a_charge, left
from auth_core.throttling.model import Budget, BudgetName, Refused
from auth_core.throttling.refusals import RecentRefusals

SECOND = timedelta(seconds=1)


@pytest.mark.covers("THR-16")
async def test_of_very_many_budgets_those_are_kept_that_are_nearly_empty() -> None:
    budgets = MemoryBudgets(clock=MovableClock(), most=100)
    guessed = a_charge(tries=10)
    for _ in range(10):
        await budgets.take([guessed])

    for _ in range(1000):
        await budgets.take([a_charge(tries=10)])

    assert budgets.kept <= 100
    assert await left(budgets, guessed) == 0


def refused(name: bytes, *, wait: timedelta = timedelta(minutes=5)) -> Refused:
    return Refused(budget=Budget.SOURCE, name=BudgetName(name), retry_after=wait)


def test_who_was_refused_just_now_is_refused_for_a_second_with_the_wait_that_is_left() -> None:
    recent, name = RecentRefusals(), BudgetName(b"a")
    recent.note(refused(b"a"), now=NOON)

    found = recent.find([BudgetName(b"b"), name], now=NOON + SECOND / 2)

    assert found is not None
    assert found.retry_after == timedelta(minutes=5) - SECOND / 2
    assert recent.find([name], now=NOON + SECOND) is None


def test_no_refusal_is_remembered_beyond_its_wait_or_by_a_clock_that_was_turned_back() -> None:
    for later in (SECOND / 4, -SECOND):
        recent = RecentRefusals()
        recent.note(refused(b"a", wait=SECOND / 4), now=NOON)

        assert recent.find([BudgetName(b"a")], now=NOON + later) is None


@pytest.mark.covers("THR-16")
def test_very_many_refusals_are_not_remembered() -> None:
    recent = RecentRefusals()
    for number in range(10_001):
        recent.note(refused(number.to_bytes(4)), now=NOON)

    assert recent.find([BudgetName((0).to_bytes(4))], now=NOON) is None
    assert recent.find([BudgetName((10_000).to_bytes(4))], now=NOON) is not None
