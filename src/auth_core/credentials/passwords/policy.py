"""Our choices about passwords."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LARGEST_PASSWORD: Final = 1024
"""Bytes of UTF-8. Longer input is refused before any work is spent on it."""

MOST_REMEMBERED: Final = 10
"""Former passwords of a person. As many hashes are computed, one after the other, when they choose a new one."""


class BreachFallback(StrEnum):
    """What becomes of a new password while nobody can say whether it has leaked."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """What a new password must be. `min_length` counts code points (ASVS 6.2.1: at least 8, better 15).

    `service_words` are names the service goes by. `breach_fallback` counts where leaks are asked about at all.
    `remembered` is how many former passwords of a person may not be used again; each costs a hash at every change.
    """

    min_length: int = 8
    service_words: tuple[str, ...] = ()
    breach_fallback: BreachFallback = BreachFallback.ACCEPT
    remembered: int = 0

    def __post_init__(self) -> None:
        if not 8 <= self.min_length <= 128:
            raise ValueError("min_length must lie between 8 and 128 code points")
        if not 0 <= self.remembered <= MOST_REMEMBERED:
            raise ValueError(f"at most {MOST_REMEMBERED} former passwords can be remembered")
