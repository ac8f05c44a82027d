"""What counting attempts needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auth_core.redacted import Redacted
from auth_core.throttling.model import Allowance, Budget, BudgetName, Charge, KnownDevice, Refused, Standing, Taken


class Budgets(Protocol):
    """How much is left for whom, by the clock of the store and no other. A budget nobody has used is full.

    Every verb is one step of its own, outside of any transaction: what was taken stays taken, whatever comes after.
    A budget never yields more than its tries, however many take from it at once, in however many processes.
    """

    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        """Take one try from each of these budgets, or nothing from any. No name comes twice. Raises: Unavailable."""
        ...

    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        """Give back a try to each of `back`, and fill up those in `full`.

        Of those in `untold` it is forgotten that somebody was told they were empty. Raises: Unavailable.
        """
        ...

    async def look(self, budgets: Mapping[BudgetName, Allowance]) -> Mapping[BudgetName, Standing]:
        """Return how each of them stands, and change nothing. Raises: Unavailable."""
        ...

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        """Remove up to `limit` budgets that have been full since before this moment; say how many."""
        ...


class BudgetNames(Protocol):
    """Names budgets, so that the store holds no address and nobody can tell whose budget it holds."""

    def name(self, budget: Budget, whose: str) -> BudgetName:
        """Return the name, the same one each time."""
        ...


class DeviceTokens(Protocol):
    """Tokens of one length that say on which device somebody has signed in. They let nobody in."""

    def sign(self, device: KnownDevice, *, now: datetime) -> Redacted[str]:
        """Return a token for the device."""
        ...

    def read(self, token: Redacted[str], *, since: datetime) -> KnownDevice | None:
        """Return the device; None for whatever we have not signed, or not since then. Any text may be given."""
        ...
