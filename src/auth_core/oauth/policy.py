"""Our choices about service clients."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LONGEST_OVERLAP: Final = timedelta(days=7)
"""How long a replaced secret can stay good at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """`overlap` is how long a replaced secret stays good unless whoever replaces it says otherwise."""

    overlap: timedelta = timedelta(days=1)

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.overlap <= LONGEST_OVERLAP:
            raise ValueError("overlap must lie between 0 and 7 days")
