"""Our choices about how soon the end of a session is known everywhere."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LONGEST_WAIT: Final = timedelta(seconds=10)
"""No other service waits longer for one answer: proxies hang up on silence, and a process that stops would wait too."""


class AccessCheckMode(StrEnum):
    """What is looked at to see whether an access token still counts."""

    FEED = "feed"
    """The revocations this process has been told: no I/O."""
    DATABASE = "database"
    """Its session and its user, at every check."""


class Fallback(StrEnum):
    """What is done while the revocations this process knows may be out of date."""

    DATABASE = "database"
    """Ask the store. Only where there is one."""
    STRICT = "strict"
    """Refuse every token, as something that cannot be told now."""
    LENIENT = "lenient"
    """Accept what is not known to be revoked, and count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationPolicy:
    """How revocations are followed.

    A follower waits up to `poll` for news before it asks again. What it knows is trusted for `allowed_lag` after it was
    last confirmed; then `fallback` decides. More than `most` revocations at a time are not kept in memory: that is
    treated like knowing none. `overlap` is how far back every look at the store reaches again, for what was written
    early and committed late: no transaction may take longer than that.
    """

    access_check: AccessCheckMode = AccessCheckMode.FEED
    poll: timedelta = timedelta(milliseconds=500)
    allowed_lag: timedelta = timedelta(seconds=5)
    fallback: Fallback = Fallback.DATABASE
    most: int = 100_000
    overlap: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        if not timedelta(milliseconds=10) <= self.poll <= self.allowed_lag / 2:
            raise ValueError("poll must lie between 10 ms and half of allowed_lag")
        if self.allowed_lag > timedelta(minutes=1):
            raise ValueError("allowed_lag must not be longer than a minute")
        if self.most < 1:
            raise ValueError("most must be at least 1")
        if self.overlap < timedelta(seconds=1):
            raise ValueError("overlap must be at least a second")
