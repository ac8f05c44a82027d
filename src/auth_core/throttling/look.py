"""An operator looks at the budgets of an account or a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.meant import budgets_meant
from auth_core.throttling.model import Budget, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One budget, how much it is worth when it is full, and how it stands."""

    budget: Budget
    tries: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtBudgets:
    """Tell how much is left; nothing is taken."""

    guard: ThrottleGuard

    async def __call__(self, *, login_name: str | None = None, address: str | None = None) -> Sequence[LookedAt]:
        """Return the budgets of the login name, of the address, and of all the world. Raises: Unavailable."""
        charges = budgets_meant(self.guard, login_name=login_name, address=address, everybody=True)
        found = await self.guard.budgets.look({each.name: each.allowance for each in charges})
        return [LookedAt(budget=each.budget, tries=each.allowance.tries, standing=found[each.name]) for each in charges]
