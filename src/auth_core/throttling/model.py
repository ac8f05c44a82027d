"""Budgets: what is counted, how much there is of it, and what becomes of an attempt."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType

from auth_core.ids import UserId

BudgetName = NewType("BudgetName", bytes)
"""Under which a budget is kept: a keyed digest, of one length, that says nothing of whose it is."""

DeviceId = NewType("DeviceId", bytes)
"""A device on which somebody has signed in: 16 random bytes."""


class Budget(StrEnum):
    """What attempts are counted by. Names are stable: they are stored, exported, and label metrics."""

    ACCOUNT = "account"
    """Failed log-ins to one login name, whether it is anybody's or not, from devices that are not known."""
    SOURCE = "source"
    """Failed log-ins from one place in the network, from devices that are not known."""
    GLOBAL = "global"
    """Failed log-ins of all the world, from devices that are not known."""
    DEVICE = "device"
    """Failed log-ins from one known device."""
    SESSION = "session"
    """Wrong passwords from one session, where a password is asked for once more."""
    SECRETS = "secrets"
    """Wrong one-time tokens and client secrets from one place in the network."""
    REGISTRATIONS = "registrations"
    """Registrations from one place in the network."""
    ALL_REGISTRATIONS = "all_registrations"
    """Registrations of all the world."""
    MAILS = "mails"
    """Requests for mail from one place in the network."""
    ALL_MAILS = "all_mails"
    """Requests for mail of all the world."""

    @property
    def is_global(self) -> bool:
        """Whether there is one such budget for everybody: who empties it is many."""
        return self in _GLOBAL


_UNITS: Final = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_WRITTEN: Final = re.compile(r"(?P<tries>[0-9]{1,7})/(?P<count>[0-9]{1,6})?(?P<unit>[smhd])", re.ASCII)
_GLOBAL: Final = frozenset({Budget.GLOBAL, Budget.ALL_REGISTRATIONS, Budget.ALL_MAILS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`tries` at once, and as many again within `period`, which come back one by one."""

    tries: int
    period: timedelta

    def __post_init__(self) -> None:
        if self.tries < 1 or not timedelta(seconds=1) <= self.period <= timedelta(days=366):
            raise ValueError("an allowance needs a try at least, and a period between a second and a year")
        if self.cost < timedelta(milliseconds=1):
            raise ValueError("a try must take a millisecond at least to come back")

    @property
    def cost(self) -> timedelta:
        """How long a try takes to come back. Rounded down, so that all tries together take no more than the period."""
        return self.period // self.tries

    def __str__(self) -> str:
        seconds = int(self.period.total_seconds())
        unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
        return f"{self.tries}/{seconds // _UNITS[unit]}{unit}"

    @classmethod
    def parse(cls, text: str) -> "Allowance":
        """Read what `str` writes, such as 10/1h. Raises: ValueError."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError("must be tries and a period, such as 10/1h, 100/15m, 5000/1d")
        return cls(
            tries=int(found["tries"]), period=timedelta(seconds=int(found["count"] or 1) * _UNITS[found["unit"]])
        )

    def times(self, factor: int) -> "Allowance":
        """Return that many times as many tries in the same period."""
        return Allowance(tries=self.tries * factor, period=self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One try, to be taken from one budget."""

    budget: Budget
    name: BudgetName
    allowance: Allowance


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A try was taken from every budget. `emptied` are those that it emptied, for the first time in their period."""

    emptied: frozenset[BudgetName] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was taken from any budget: this one has no try left, and has one in `retry_after` if nobody takes it."""

    budget: Budget
    name: BudgetName
    retry_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is left of a budget: `left` tries now, the next one in `next_in`, all of them in `full_in`."""

    left: int
    next_in: timedelta
    full_in: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was taken for one attempt, to be settled once it is known how that ended."""

    charges: tuple[Charge, ...] = ()
    emptied: frozenset[BudgetName] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device, as a token of ours says it: `user_id` has signed in on it."""

    id: DeviceId
    user_id: UserId
