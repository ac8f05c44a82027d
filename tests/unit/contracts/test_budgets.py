"""Budgets in memory keep every promise."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from auth_adapters.memory.throttling import MemoryBudgets
from auth_core.testing import MovableClock
from auth_core.testing.contracts.budgets import BudgetsContract


class TestMemoryBudgets(BudgetsContract):
    @pytest.fixture
    def clock(self) -> MovableClock:
        return MovableClock()

    @pytest.fixture
    def budgets(self, clock: MovableClock) -> MemoryBudgets:
        return MemoryBudgets(clock=clock)

    @pytest.fixture
    def time_passes(self, clock: MovableClock) -> Callable[[timedelta], Awaitable[None]]:
        async def passes(time: timedelta) -> None:
            clock.advance(time)

        return passes
