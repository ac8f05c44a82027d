"""Our choices about sessions."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long sessions last, and how long a refresh may be repeated.

    `idle` is how long a refresh token is good for, `absolute` the end no refresh moves. Within `retry_window` the link
    just used may be presented again, because its answer may have been lost; zero means never. A user has at most
    `most` live sessions: a further log-in ends the one that was not used for longest. None is for any number. Ended
    sessions are kept for `kept_after_end` so that people and auditors can see them.
    """

    idle: timedelta = timedelta(days=7)
    absolute: timedelta = timedelta(days=30)
    retry_window: timedelta = timedelta(seconds=30)
    most: int | None = 100
    kept_after_end: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.idle <= self.absolute:
            raise ValueError("idle must be at least a minute and not longer than absolute")
        if not timedelta(0) <= self.retry_window <= timedelta(minutes=5):
            raise ValueError("retry_window must lie between 0 and 5 minutes")
        if self.most is not None and self.most < 1:
            raise ValueError("most must be at least 1, or None")
        if self.kept_after_end < timedelta(0):
            raise ValueError("kept_after_end must not be negative")
