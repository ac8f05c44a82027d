"""The contract notices budgets that are not kept."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from auth_adapters.memory.throttling import MemoryBudgets
from auth_core.testing import MovableClock
from auth_core.testing.contracts.budgets import BudgetsContract
from auth_core.throttling.bucket import Bucket
from auth_core.throttling.model import Allowance, BudgetName, Charge, Refused, Standing, Taken
from tests.unit.contracts.mutation import caught_by


class Broken(BudgetsContract):
    """The contract over budgets of this class."""

    kind: ClassVar[type[MemoryBudgets]]

    @pytest.fixture
    def clock(self) -> MovableClock:
        return MovableClock()

    @pytest.fixture
    def budgets(self, clock: MovableClock) -> MemoryBudgets:
        return self.kind(clock=clock)

    @pytest.fixture
    def time_passes(self, clock: MovableClock) -> Callable[[timedelta], Awaitable[None]]:
        async def passes(time: timedelta) -> None:
            clock.advance(time)

        return passes


class LooksThenTakes(MemoryBudgets):
    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        found = await self.look({each.name: each.allowance for each in charges})
        await asyncio.sleep(0)
        empty = next((each for each in charges if not found[each.name].left), None)
        if empty is not None:
            return Refused(budget=empty.budget, name=empty.name, retry_after=found[empty.name].next_in)
        now = self._clock.now()
        for each in charges:
            bucket = self._buckets.get(each.name, Bucket(now))
            self._buckets[each.name] = bucket.after_a_try(each.allowance, now=now)
        return Taken()


@caught_by("test_of_many_at_once_no_more_get_a_try_than_there_are")
class TestLooksThenTakes(Broken):
    kind: ClassVar[type[MemoryBudgets]] = LooksThenTakes


class TakesOneByOne(MemoryBudgets):
    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        emptied: frozenset[BudgetName] = frozenset()
        for each in charges:
            taken = await MemoryBudgets.take(self, [each])
            if isinstance(taken, Refused):
                return taken
            emptied |= taken.emptied
        return Taken(emptied=emptied)


@caught_by(
    "test_who_is_refused_has_taken_nothing_from_any_budget",
    "test_who_loses_a_race_for_one_budget_has_taken_nothing_from_the_others",
)
class TestTakesOneByOne(Broken):
    kind: ClassVar[type[MemoryBudgets]] = TakesOneByOne


class TellsTheWholePeriod(MemoryBudgets):
    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        taken = await MemoryBudgets.take(self, charges)
        return taken if isinstance(taken, Taken) else replace(taken, retry_after=timedelta(hours=1))


@caught_by(
    "test_the_wait_that_is_told_is_the_one_after_which_there_is_a_try",
    "test_a_clock_that_is_turned_back_locks_nobody_for_long",
)
class TestTellsTheWholePeriod(Broken):
    kind: ClassVar[type[MemoryBudgets]] = TellsTheWholePeriod


class TellsAnyWait(MemoryBudgets):
    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        for each in charges:
            looked = (await self.look({each.name: each.allowance}))[each.name]
            if not looked.left:
                return Refused(budget=each.budget, name=each.name, retry_after=looked.next_in)
        return await MemoryBudgets.take(self, charges)


@caught_by("test_the_longest_wait_is_told")
class TestTellsAnyWait(Broken):
    kind: ClassVar[type[MemoryBudgets]] = TellsAnyWait


class FillsUpWhatGoesBack(MemoryBudgets):
    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        await MemoryBudgets.settle(self, back=(), untold=untold, full=[*full, *(each.name for each in back)])


@caught_by("test_what_is_given_back_can_be_taken_again", "test_a_budget_that_is_filled_up_is_full")
class TestFillsUpWhatGoesBack(Broken):
    kind: ClassVar[type[MemoryBudgets]] = FillsUpWhatGoesBack


class TellsEachTime(MemoryBudgets):
    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        taken = await MemoryBudgets.take(self, charges)
        if isinstance(taken, Refused):
            return taken
        found = await self.look({each.name: each.allowance for each in charges})
        return Taken(emptied=frozenset(name for name, each in found.items() if not each.left))


@caught_by("test_that_a_budget_is_empty_is_told_once_in_its_period")
class TestTellsEachTime(Broken):
    kind: ClassVar[type[MemoryBudgets]] = TellsEachTime


class NeverTellsTwice(MemoryBudgets):
    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        await MemoryBudgets.settle(self, back=back, untold=(), full=full)


@caught_by("test_what_was_emptied_for_nothing_is_told_when_it_is_emptied_again")
class TestNeverTellsTwice(Broken):
    kind: ClassVar[type[MemoryBudgets]] = NeverTellsTwice


class TakesWhenLookedAt(MemoryBudgets):
    async def look(self, budgets: dict[BudgetName, Allowance]) -> dict[BudgetName, Standing]:  # type: ignore[override] # narrower, for brevity
        found = dict(await MemoryBudgets.look(self, budgets))
        for name, allowance in budgets.items():
            if name in self._buckets:
                self._buckets[name] = self._buckets[name].after_a_try(allowance, now=self._clock.now())
        return found


@caught_by("test_looking_changes_nothing_and_knows_budgets_nobody_has_used")
class TestTakesWhenLookedAt(Broken):
    kind: ClassVar[type[MemoryBudgets]] = TakesWhenLookedAt


class ForgetsEverything(MemoryBudgets):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        del over_before, limit
        self._buckets.clear()
        return 0


@caught_by("test_only_what_is_full_is_removed")
class TestForgetsEverything(Broken):
    kind: ClassVar[type[MemoryBudgets]] = ForgetsEverything
