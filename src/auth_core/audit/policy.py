"""Our choices about the audit trail."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LARGEST_PAGE: Final = 500
"""Events a page of the listing has at most."""


MOST_AHEAD: Final = 36
"""Stretches that are made ahead of time at most."""


class Span(StrEnum):
    """How long a stretch of the trail is, where a store keeps it in stretches: by the calendar, in UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPolicy:
    """How often and how much is sealed at a time, how late an event may be, and how long events are kept.

    New events are sealed every `seal_every`, up to `batch` in one batch. An event may become visible up to `lateness`
    after it was recorded, since its transaction takes its time to commit, and is then still sealed; what turns up even
    later was not recorded by us. Sealed events older than `retention` are removed; None keeps them for ever.

    A store that keeps the trail in stretches of a `span` makes `spans_ahead` of them ahead of time, and removes each as
    a whole: its events are kept until the newest of them is old enough.
    """

    seal_every: timedelta = timedelta(seconds=5)
    batch: int = 1000
    lateness: timedelta = timedelta(minutes=10)
    retention: timedelta | None = None
    span: Span = Span.MONTH
    spans_ahead: int = 3

    def __post_init__(self) -> None:
        if not timedelta(seconds=1) <= self.seal_every <= timedelta(hours=1):
            raise ValueError("seal_every must lie between a second and an hour")
        if not 1 <= self.batch <= 10_000:
            raise ValueError("batch must lie between 1 and 10,000")
        if self.lateness < timedelta(minutes=1):
            raise ValueError("lateness must be at least a minute")
        if self.retention is not None and self.retention < timedelta(days=1):
            raise ValueError("retention must be at least a day")
        if not 1 <= self.spans_ahead <= MOST_AHEAD:
            raise ValueError(f"spans_ahead must lie between 1 and {MOST_AHEAD}")
