"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from auth_core.testing.moments import NOON


class MovableClock:
    """Tells the time it was given last. Nothing has to sleep for time to pass."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the moment it was given last."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Let that much time pass, or, when `by` is negative, turn the clock back; return what it shows then."""
        self._now += by
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Show `moment`, which must be aware and in UTC."""
        self._now = moment
