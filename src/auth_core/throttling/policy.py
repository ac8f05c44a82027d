"""Our choices about how often somebody may try."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_core.throttling.model import Allowance, Budget

_HOUR: Final = timedelta(hours=1)
MOST_TRIES_AN_HOUR: Final = 100
"""On one account, device or session (ASVS 4.0.3 §2.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottlePolicy:
    """How much of everything there is.

    Only failures use up `account`, `source`, `global_`, `device`, `session` and `secrets`: what a success took is given
    back. `registrations` and `mails` count whatever is asked for. A site of IPv6 (/48) has `wider` times the budget of
    one subscriber (/64). A device is known for `device_lifetime` from its last log-in.
    """

    account: Allowance = Allowance(tries=10, period=_HOUR)
    source: Allowance = Allowance(tries=100, period=_HOUR)
    global_: Allowance = Allowance(tries=20_000, period=_HOUR)
    device: Allowance = Allowance(tries=10, period=_HOUR)
    session: Allowance = Allowance(tries=10, period=_HOUR)
    secrets: Allowance = Allowance(tries=100, period=_HOUR)
    registrations: Allowance = Allowance(tries=60, period=_HOUR)
    all_registrations: Allowance = Allowance(tries=20_000, period=_HOUR)
    mails: Allowance = Allowance(tries=30, period=_HOUR)
    all_mails: Allowance = Allowance(tries=10_000, period=_HOUR)
    wider: int = 10
    device_lifetime: timedelta = timedelta(days=180)

    def __post_init__(self) -> None:
        if self.wider < 1:
            raise ValueError("wider must be at least 1")
        if not timedelta(days=1) <= self.device_lifetime <= timedelta(days=3650):
            raise ValueError("device_lifetime must be between a day and ten years")
        for name in ("account", "device", "session"):
            allowance: Allowance = getattr(self, name)
            if allowance.tries * _HOUR > MOST_TRIES_AN_HOUR * allowance.period:
                raise ValueError(f"{name} must be at most {MOST_TRIES_AN_HOUR} tries an hour")

    def allowance(self, budget: Budget) -> Allowance | None:
        """Return how much there is of this; None for as much as anybody likes."""
        found: Allowance = getattr(self, "global_" if budget is Budget.GLOBAL else budget.value)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsafeNoThrottle(ThrottlePolicy):
    """Everybody may try as often as they like: passwords can be guessed. For tests that are about something else."""

    def allowance(self, budget: Budget) -> Allowance | None:
        """Return None."""
        del budget
        return None
