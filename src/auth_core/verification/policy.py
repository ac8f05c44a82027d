"""Our choices about one-time tokens, and about mail anybody can ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from auth_core.verification.model import Purpose

_LONGEST_RESET = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """How long tokens are good for, and how much mail anybody can have us send.

    One address gets at most `mails` of one kind within `window`; what is asked for beyond that is answered as ever, and
    not sent. A reset is good for an hour at most.
    """

    verify: timedelta = timedelta(days=1)
    reset: timedelta = timedelta(hours=1)
    change: timedelta = timedelta(days=1)
    undo: timedelta = timedelta(days=7)
    mails: int = 5
    window: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if min(self.verify, self.reset, self.change, self.undo, self.window) <= timedelta(0):
            raise ValueError("every length of time must be more than nothing")
        if self.reset > _LONGEST_RESET:
            raise ValueError("reset must be at most an hour")
        if self.mails < 1:
            raise ValueError("mails must be at least 1")

    def lifetime(self, purpose: Purpose) -> timedelta:
        """Return how long a token for this purpose is good for."""
        lifetimes: Mapping[Purpose, timedelta] = {
            Purpose.VERIFY_EMAIL: self.verify,
            Purpose.RESET_PASSWORD: self.reset,
            Purpose.CHANGE_EMAIL: self.change,
            Purpose.UNDO_EMAIL_CHANGE: self.undo,
        }
        return lifetimes[purpose]
