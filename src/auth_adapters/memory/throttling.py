"""Budgets in memory: a bounded number of them."""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from auth_core.clock import Clock
from auth_core.throttling.bucket import Bucket
from auth_core.throttling.model import Allowance, BudgetName, Charge, Refused, Standing, Taken

MOST: Final = 100_000
"""Budgets that are kept. Beyond that those go that would be full the soonest."""

_TENTH: Final = 10


class MemoryBudgets:
    """How much is left for whom, in this process. Nothing here waits, so every verb is one step."""

    def __init__(self, *, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._buckets: dict[BudgetName, Bucket] = {}

    @property
    def kept(self) -> int:
        """How many there are."""
        return len(self._buckets)

    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        now = self._clock.now()
        buckets = {each.name: self._buckets.get(each.name, Bucket(now)) for each in charges}
        waits = [(buckets[each.name].wait(each.allowance, now=now), each) for each in charges]
        longest, empty = max(waits, key=lambda wait: wait[0])
        if longest:
            return Refused(budget=empty.budget, name=empty.name, retry_after=longest)
        after = {each.name: buckets[each.name].after_a_try(each.allowance, now=now) for each in charges}
        self._buckets.update(after)
        if len(self._buckets) > self._most:
            self._make_room(now)
        return Taken(
            emptied=frozenset(
                name
                for name, each in after.items()
                if each.emptied_at == now and buckets[name].emptied_at != each.emptied_at
            )
        )

    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        for name in full:
            self._buckets.pop(name, None)
        for each in back:
            bucket = self._buckets.get(each.name)
            if bucket is not None:
                told = None if each.name in untold else bucket.emptied_at
                self._buckets[each.name] = replace(
                    bucket, full_at=bucket.full_at - each.allowance.cost, emptied_at=told
                )

    async def look(self, budgets: Mapping[BudgetName, Allowance]) -> Mapping[BudgetName, Standing]:
        now = self._clock.now()
        return {
            name: self._buckets.get(name, Bucket(now)).standing(allowance, now=now)
            for name, allowance in budgets.items()
        }

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        before = min(over_before, self._clock.now())
        full = list(islice((name for name, each in self._buckets.items() if each.full_at < before), limit))
        for name in full:
            del self._buckets[name]
        return len(full)

    def _make_room(self, now: datetime) -> None:
        """Let go of those that are full, and of a tenth at least: whoever is kept has tried the most lately."""
        kept = {name: each for name, each in self._buckets.items() if each.full_at > now}
        goes = len(kept) - (self._most - self._most // _TENTH)
        for name in heapq.nsmallest(goes, kept, key=lambda name: kept[name].full_at) if goes > 0 else ():
            del kept[name]
        self._buckets = kept
