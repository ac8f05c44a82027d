"""Where nobody can tell how often somebody has tried, nobody signs in; who was let in stays in."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.memory.throttling import MemoryBudgets
from auth_core import AuthCore, Origin, Redacted, Unavailable
from auth_core.testing import MovableClock, UnsafeFastHasher
from auth_core.throttling.model import BudgetName, Charge, Refused, Taken
from tests.unit.core_in_memory import PASSWORD
from tests.unit.throttling.guesses import FEW

EMAIL = "ada@example.org"


class FailingBudgets(MemoryBudgets):
    """Fails where it is told to."""

    takes, settles = True, True

    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        if not self.takes:
            raise Unavailable(Unavailable.SHORTLY)
        return await MemoryBudgets.take(self, charges)

    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        if not self.settles:
            raise Unavailable(Unavailable.SHORTLY)
        await MemoryBudgets.settle(self, back=back, untold=untold, full=full)


@pytest.fixture
def budgets() -> FailingBudgets:
    return FailingBudgets(clock=MovableClock())


@pytest.fixture
def hasher() -> UnsafeFastHasher:
    return UnsafeFastHasher()


@pytest.fixture
async def auth(budgets: FailingBudgets, hasher: UnsafeFastHasher) -> AuthCore:
    policies = replace(FOR_TESTS, throttling=FEW)
    auth = await auth_in_memory(memory_ports(policies=policies, budgets=budgets, hasher=hasher), policies=policies)
    await auth.users.register(
        email=EMAIL, password=Redacted(PASSWORD), first_name="Ada", last_name="Lovelace", origin=Origin()
    )
    return auth


@pytest.mark.covers("THR-13")
async def test_nobody_is_let_in_uncounted_and_nothing_is_hashed(
    auth: AuthCore, budgets: FailingBudgets, hasher: UnsafeFastHasher
) -> None:
    budgets.takes = False

    for password in (PASSWORD, "a wrong guess"):
        with pytest.raises(Unavailable):
            await auth.login.log_in(email=EMAIL, password=Redacted(password), origin=Origin())

    assert hasher.verifications == 0


async def test_who_was_let_in_is_not_turned_away_because_the_counting_fails_afterwards(
    auth: AuthCore, budgets: FailingBudgets
) -> None:
    budgets.settles = False

    logged_in = await auth.login.log_in(email=EMAIL, password=Redacted(PASSWORD), origin=Origin())

    assert logged_in.user.email.address == EMAIL
