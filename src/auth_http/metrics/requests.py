"""Requests counted: by route, method and status, and how long they took."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; each bucket holds what took no longer than its bound, and the last one the rest."""

type Route = tuple[str, str]
"""The template of the route (never the address that was asked for) and the method."""


@dataclass(slots=True)
class Durations:
    """How many requests took how long."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class RequestTally:
    """Counts requests under names of ours: there are no more of them than routes, known methods and statuses."""

    def __init__(self) -> None:
        self._statuses: dict[tuple[str, str, int], int] = {}
        self._durations: dict[Route, Durations] = {}

    def add(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        key = route, method, status
        self._statuses[key] = self._statuses.get(key, 0) + 1
        durations = self._durations.get((route, method))
        if durations is None:
            durations = self._durations[route, method] = Durations()
        durations.add(seconds)

    @property
    def statuses(self) -> Mapping[tuple[str, str, int], int]:
        """How many requests there were, by route, method and status."""
        return self._statuses

    @property
    def durations(self) -> Mapping[Route, Durations]:
        """How long they took, by route and method."""
        return self._durations
