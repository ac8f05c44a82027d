"""The time, as something given: the core never asks the machine for it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment as an aware datetime in UTC."""
        ...
