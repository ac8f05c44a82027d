"""The arithmetic of a budget, as the generic cell rate algorithm has it: one moment says everything.

A budget is kept as the moment at which it will be full. A try moves that moment on by its cost; where it would be moved
further ahead than a whole period, there is no try left. A moment much further ahead than that cannot come from tries:
the clock was turned back, and the budget counts as one that has a single try left, which puts it right. So whatever a
clock does, nobody waits longer than for one try, and nobody gets more than one full budget.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_core.throttling.model import Allowance, Standing

SLACK: Final = timedelta(minutes=1)
"""By so much a moment may be too far ahead before a clock is blamed: who waited for a lock has looked at it before."""

_NONE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One budget: when it will be full, and when it was last told of that it was empty."""

    full_at: datetime
    emptied_at: datetime | None = None

    def wait(self, allowance: Allowance, *, now: datetime) -> timedelta:
        """Return how long it is until there is a try; nothing when there is one."""
        return max(_NONE, self._full_at(allowance, now) + allowance.cost - now - allowance.period)

    def after_a_try(self, allowance: Allowance, *, now: datetime) -> "Bucket":
        """Return what is left when a try is taken that is there."""
        full_at = self._full_at(allowance, now) + allowance.cost
        is_empty = full_at + allowance.cost > now + allowance.period
        was_told = self.emptied_at is not None and now - allowance.period < self.emptied_at <= now
        return Bucket(full_at, now if is_empty and not was_told else self.emptied_at)

    def standing(self, allowance: Allowance, *, now: datetime) -> Standing:
        """Return what is left."""
        return standing(allowance, full_in=self._full_at(allowance, now) - now)

    def _full_at(self, allowance: Allowance, now: datetime) -> datetime:
        if self.full_at > now + allowance.period + SLACK:
            return now + allowance.period - allowance.cost
        return max(now, self.full_at)


def standing(allowance: Allowance, *, full_in: timedelta) -> Standing:
    """Return what is left of a budget that is full in so long."""
    return Standing(
        left=max(0, (allowance.period - full_in) // allowance.cost),
        next_in=max(_NONE, full_in + allowance.cost - allowance.period),
        full_in=full_in,
    )
