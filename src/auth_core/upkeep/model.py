"""What is sealed under the master secret, and what became of it when that was replaced."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self


class Seal(Enum):
    """Why something need not, or cannot, be sealed anew."""

    CURRENT = auto()
    """It was sealed under the current secret, or never."""
    UNREADABLE = auto()
    """It was sealed under a secret that we do not have, or is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many things of one kind were looked at, by what was found.

    `stale` were under the previous secret; unless it was only a look, they are no more.
    """

    current: int = 0
    stale: int = 0
    unreadable: int = 0

    @property
    def seen(self) -> int:
        """All of them."""
        return self.current + self.stale + self.unreadable

    def __add__(self, other: Self) -> Self:
        return type(self)(
            current=self.current + other.current,
            stale=self.stale + other.stale,
            unreadable=self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealReport:
    """What was found of every kind."""

    signing_keys: Resealed
    passwords: Resealed
    """The former ones that are kept among them."""
    messages: Resealed = Resealed()

    @property
    def stale(self) -> int:
        """How many things were under the previous secret."""
        return self.signing_keys.stale + self.passwords.stale + self.messages.stale

    @property
    def unreadable(self) -> int:
        """How many things are under a secret that we do not have."""
        return self.signing_keys.unreadable + self.passwords.unreadable + self.messages.unreadable
