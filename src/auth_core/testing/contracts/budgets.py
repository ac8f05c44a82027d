"""What `Budgets` promises."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4  # noqa: TID251 - tests of one store have to differ, and nobody gives them anything

from auth_core.testing.contracts.concurrency import PATIENCE, race
from auth_core.testing.moments import FAR_AHEAD
from auth_core.throttling.model import Allowance, Budget, BudgetName, Charge, Refused, Taken
from auth_core.throttling.ports import Budgets

type TimePasses = Callable[[timedelta], Awaitable[None]]
"""Lets the clock of the store be so much later than it was, as far as budgets go."""

_HOUR: Final = timedelta(hours=1)
_SIX_MINUTES: Final = timedelta(minutes=6)
_INSTANT: Final = timedelta(seconds=20)
"""Tests may take that long: it is less than it takes any try here to come back."""


class BudgetsContract:
    """Subclass it, provide `budgets` and `time_passes`, and pytest does the rest."""

    async def test_exactly_the_tries_there_are_can_be_taken(self, budgets: Budgets) -> None:
        charge = a_charge(tries=7)

        outcomes = [await budgets.take([charge]) for _ in range(9)]

        assert [isinstance(each, Taken) for each in outcomes] == [True] * 7 + [False] * 2

    async def test_of_many_at_once_no_more_get_a_try_than_there_are(self, budgets: Budgets) -> None:
        account, source, everybody = a_charge(tries=10), a_charge(tries=1000), a_charge(tries=10_000)

        outcomes = await race(20, lambda: _in_a_row(budgets, account, source, everybody))

        assert sum(isinstance(each, Taken) for outcome in outcomes for each in outcome) == 10

    async def test_who_is_refused_has_taken_nothing_from_any_budget(self, budgets: Budgets) -> None:
        empty, other = a_charge(tries=1), a_charge(tries=5)
        await budgets.take([empty])

        for _ in range(10):
            refused = await budgets.take([other, empty])
            assert isinstance(refused, Refused)
            assert refused.name == empty.name

        assert await left(budgets, other) == 5

    async def test_who_loses_a_race_for_one_budget_has_taken_nothing_from_the_others(self, budgets: Budgets) -> None:
        scarce, plenty = a_charge(tries=3), a_charge(tries=100)

        await race(20, lambda: budgets.take([plenty, scarce]))

        assert await left(budgets, plenty) == 97

    async def test_the_wait_that_is_told_is_the_one_after_which_there_is_a_try(
        self, budgets: Budgets, time_passes: TimePasses
    ) -> None:
        charge = a_charge(tries=10)
        await _empty(budgets, charge)
        first = await budgets.take([charge])
        assert isinstance(first, Refused)
        assert _SIX_MINUTES - _INSTANT < first.retry_after <= _SIX_MINUTES

        await time_passes(_SIX_MINUTES - _INSTANT)
        still = await budgets.take([charge])
        assert isinstance(still, Refused)
        assert still.retry_after < first.retry_after
        await time_passes(still.retry_after)

        assert isinstance(await budgets.take([charge]), Taken)
        assert isinstance(await budgets.take([charge]), Refused)

    async def test_the_longest_wait_is_told(self, budgets: Budgets) -> None:
        quick = a_charge(tries=1, period=timedelta(minutes=5))
        slow = a_charge(tries=1, period=_HOUR)
        await budgets.take([quick, slow])

        refused = await budgets.take([quick, slow])

        assert isinstance(refused, Refused)
        assert refused.name == slow.name
        assert refused.budget is slow.budget

    async def test_after_the_period_all_tries_are_back_and_no_more(
        self, budgets: Budgets, time_passes: TimePasses
    ) -> None:
        charge = a_charge(tries=4)
        await _empty(budgets, charge)

        await time_passes(_HOUR * 24 * 8)

        assert await left(budgets, charge) == 4
        assert [isinstance(await budgets.take([charge]), Taken) for _ in range(5)] == [True] * 4 + [False]

    async def test_a_clock_that_is_turned_back_locks_nobody_for_long(
        self, budgets: Budgets, time_passes: TimePasses
    ) -> None:
        charge = a_charge(tries=10)
        await _empty(budgets, charge)

        await time_passes(-_HOUR * 24)
        outcomes = [await budgets.take([charge]) for _ in range(3)]

        assert [isinstance(each, Taken) for each in outcomes] == [True, False, False]
        [*_, last] = outcomes
        assert isinstance(last, Refused)
        assert last.retry_after <= _SIX_MINUTES
        await time_passes(last.retry_after)
        assert isinstance(await budgets.take([charge]), Taken)

    async def test_what_is_given_back_can_be_taken_again(self, budgets: Budgets) -> None:
        charge, other = a_charge(tries=3), a_charge(tries=3)
        await _empty(budgets, charge)
        await _empty(budgets, other)

        await budgets.settle(back=[charge, other], untold=(), full=())

        assert [await left(budgets, each) for each in (charge, other)] == [1, 1]
        assert isinstance(await budgets.take([charge]), Taken)
        assert isinstance(await budgets.take([charge]), Refused)

    async def test_nobody_gets_more_than_a_full_budget_by_giving_back(self, budgets: Budgets) -> None:
        charge = a_charge(tries=3)
        await budgets.take([charge])

        for _ in range(5):
            await budgets.settle(back=[charge], untold=(), full=())

        assert await left(budgets, charge) == 3

    async def test_a_budget_that_is_filled_up_is_full(self, budgets: Budgets) -> None:
        filled, other = a_charge(tries=5), a_charge(tries=5)
        await _empty(budgets, filled)
        await _empty(budgets, other)

        await budgets.settle(back=[other], untold=(), full=[filled.name, a_charge().name])

        assert [await left(budgets, each) for each in (filled, other)] == [5, 1]

    async def test_that_a_budget_is_empty_is_told_once_in_its_period(
        self, budgets: Budgets, time_passes: TimePasses
    ) -> None:
        charge, other = a_charge(tries=2), a_charge(tries=5)

        assert await budgets.take([charge, other]) == Taken()
        assert await budgets.take([charge, other]) == Taken(emptied=frozenset({charge.name}))
        await time_passes(_HOUR / 2 + _INSTANT)
        assert await budgets.take([charge]) == Taken()
        await time_passes(_HOUR)
        await budgets.take([charge])
        assert await budgets.take([charge]) == Taken(emptied=frozenset({charge.name}))

    async def test_what_was_emptied_for_nothing_is_told_when_it_is_emptied_again(self, budgets: Budgets) -> None:
        charge = a_charge(tries=1)
        emptied = await budgets.take([charge])
        assert isinstance(emptied, Taken)

        await budgets.settle(back=[charge], untold=emptied.emptied, full=())

        assert await budgets.take([charge]) == Taken(emptied=frozenset({charge.name}))

    async def test_looking_changes_nothing_and_knows_budgets_nobody_has_used(self, budgets: Budgets) -> None:
        used, unused = a_charge(tries=10), a_charge(tries=10)
        for _ in range(3):
            await budgets.take([used])

        allowances = {each.name: each.allowance for each in (used, unused)}
        for _ in range(3):
            await budgets.look(allowances)
        found = await budgets.look(allowances)

        assert (found[used.name].left, found[unused.name].left) == (7, 10)
        assert found[used.name].next_in == found[unused.name].full_in == timedelta(0)
        assert 3 * _SIX_MINUTES - _INSTANT < found[used.name].full_in <= 3 * _SIX_MINUTES

    async def test_another_allowance_counts_from_the_next_try_on(self, budgets: Budgets) -> None:
        charge = a_charge(tries=2)
        await _empty(budgets, charge)
        generous = Charge(budget=charge.budget, name=charge.name, allowance=Allowance(tries=10, period=4 * _HOUR))

        assert isinstance(await budgets.take([generous]), Taken)

    async def test_every_number_of_tries_fits_into_its_period(self, budgets: Budgets) -> None:
        """A try whose time is no whole number of microseconds is not one too dear."""
        charge = a_charge(tries=13)

        await _empty(budgets, charge)

    async def test_only_what_is_full_is_removed(self, budgets: Budgets, time_passes: TimePasses) -> None:
        charge = a_charge(tries=2)
        await _empty(budgets, charge)

        await _purge(budgets, FAR_AHEAD)
        assert await left(budgets, charge) == 0
        await time_passes(2 * _HOUR)
        await _purge(budgets, FAR_AHEAD)

        assert await left(budgets, charge) == 2


def a_charge(*, tries: int = 10, period: timedelta = _HOUR) -> Charge:
    """Return a try of a budget that nobody has used."""
    allowance = Allowance(tries=tries, period=period)
    return Charge(budget=Budget.ACCOUNT, name=BudgetName(uuid4().bytes), allowance=allowance)


async def left(budgets: Budgets, charge: Charge) -> int:
    """Return how many tries are left."""
    return (await budgets.look({charge.name: charge.allowance}))[charge.name].left


async def _in_a_row(budgets: Budgets, *charges: Charge) -> list[Taken | Refused]:
    return [await budgets.take(charges) for _ in range(10)]


async def _empty(budgets: Budgets, charge: Charge) -> None:
    for _ in range(charge.allowance.tries):
        assert isinstance(await budgets.take([charge]), Taken)


async def _purge(budgets: Budgets, over_before: datetime) -> None:
    async with asyncio.timeout(PATIENCE):
        while await budgets.purge(over_before=over_before, limit=1000):
            pass
