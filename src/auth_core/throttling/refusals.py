"""Who was refused a moment ago, so that a flood of attempts on an empty budget costs nobody anything."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from auth_core.throttling.model import BudgetName, Refused

_REMEMBERED: Final = timedelta(seconds=1)
_MOST: Final = 10_000


class RecentRefusals:
    """Remembers refusals for a second at most: a budget that is filled up elsewhere is seen that soon."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[BudgetName, tuple[datetime, Refused]] = {}

    def note(self, refused: Refused, *, now: datetime) -> None:
        """Remember that a budget was empty at `now`."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[refused.name] = (now, refused)

    def find(self, names: Iterable[BudgetName], *, now: datetime) -> Refused | None:
        """Return what was told of one of these within the last second, with the wait that is left."""
        for name in names:
            known = self._known.get(name)
            if known is None:
                continue
            at, refused = known
            passed = now - at
            if timedelta(0) <= passed < min(_REMEMBERED, refused.retry_after):
                return replace(refused, retry_after=refused.retry_after - passed)
            del self._known[name]
        return None

    def forget(self, names: Iterable[BudgetName]) -> None:
        """Remember nothing of these."""
        for name in names:
            self._known.pop(name, None)
