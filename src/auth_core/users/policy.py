"""Our choices about accounts."""

from dataclasses import dataclass
from enum import StrEnum


class RegistrationMode(StrEnum):
    """Who may create an account for themselves."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPolicy:
    """How accounts come to be."""

    registration: RegistrationMode = RegistrationMode.OPEN
