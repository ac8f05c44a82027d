"""How long clients are waited for: those who send slowly, those who read slowly, and those who do neither.

A slow client costs nothing but the connection, so that is what it must not keep: a thousand of them would be all there
are.
"""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final, Protocol

_GROUPS: Final = 10
"""A look is at every tenth connection, so that no look takes long."""
_LEAST_READ: Final = 16 * 1024
"""Bytes of an answer that whoever reads must take meanwhile, or the rest of it."""
_FOR_THE_BODY: Final = 1.25
"""How much longer the whole may take than the head, so that whoever has sent the head is told by the application."""


class Owed(Enum):
    """What a client owes us."""

    REQUEST = auto()
    """A request, its first byte even."""
    HEAD = auto()
    """The rest of the head it has begun."""
    BODY = auto()
    """The rest of the body."""
    READING = auto()
    """To take what we have answered."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed. `about` is another number with every request, and `left` how many bytes there are to read."""

    owed: Owed
    about: int
    left: int = 0


class Debtor(Protocol):
    """A connection that is watched."""

    @property
    def debt(self) -> Debt | None:
        """What the client owes us now; None while we are the ones who are waited for."""
        ...

    def give_up(self, owed: Owed) -> None:
        """Hang up on a client that has been waited for in vain."""
        ...


@dataclass(slots=True)
class _Account:
    debtor: Debtor
    debt: Debt | None = None
    since: float = 0.0


class Patience:
    """Looks at every connection once in ten looks, and gives up on those who owe the same for too long.

    A request has to arrive within `limit`: a head within that, head and body together within a quarter more. An answer
    has to be taken at 16 KiB in each `limit`.
    """

    def __init__(self, limit: timedelta) -> None:
        self.limit = limit
        self.given_up = 0
        self._groups = deque[dict[Debtor, _Account]]({} for _ in range(_GROUPS))
        self._where: dict[Debtor, dict[Debtor, _Account]] = {}

    def longest(self, *, between_looks: timedelta) -> timedelta:
        """Return the longest anybody is waited for when a look is taken so often."""
        return self.limit * _FOR_THE_BODY + between_looks * _GROUPS

    def watch(self, debtor: Debtor, *, now: float) -> None:
        """Look at this connection from now on."""
        group = min(self._groups, key=len)
        group[debtor] = _Account(debtor, debtor.debt, now)
        self._where[debtor] = group

    def forget(self, debtor: Debtor) -> None:
        """Look at it no more."""
        if (group := self._where.pop(debtor, None)) is not None:
            del group[debtor]

    def look(self, *, now: float) -> None:
        """Look at the next tenth; `now` is in seconds of any clock that only goes forward."""
        group = self._groups[0]
        self._groups.rotate(-1)
        for account in list(group.values()):
            debt = account.debtor.debt
            if debt is None or not self._goes_on(account, debt):
                account.debt, account.since = debt, now
            elif now - account.since >= self._allowed(debt.owed):
                self.given_up += 1
                self.forget(account.debtor)
                account.debtor.give_up(debt.owed)

    def _goes_on(self, account: _Account, debt: Debt) -> bool:
        """Say whether it is the old debt: the body of a request counts from its head on."""
        known = account.debt
        if known is None or (debt.owed is Owed.READING) != (known.owed is Owed.READING):
            return False
        if debt.owed is Owed.READING:
            return debt.left > max(0, known.left - _LEAST_READ)
        account.debt = debt
        return debt.about == known.about and (debt.owed is Owed.REQUEST) == (known.owed is Owed.REQUEST)

    def _allowed(self, owed: Owed) -> float:
        allowed = self.limit.total_seconds()
        return allowed * _FOR_THE_BODY if owed is Owed.BODY else allowed
