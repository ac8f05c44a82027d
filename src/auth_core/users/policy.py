"""Our choices about accounts."""

from dataclasses import dataclass
from enum import StrEnum

from auth_core.redacted import Redacted


class RegistrationMode(StrEnum):
    """Who may create an account for themselves."""

    OPEN = "open"
    """Anybody, at once. Whoever asks learns whether an address has an account."""
    VERIFIED = "verified"
    """Anybody who proves that they read the address. Whoever asks learns nothing."""
    CLOSED = "closed"
    """Nobody: accounts are made by administrators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPolicy:
    """How accounts come to be.

    `set_up_secret` makes the first administrator, once. It has to be random: nobody counts guesses. None lets nobody.
    """

    registration: RegistrationMode = RegistrationMode.OPEN
    set_up_secret: Redacted[str] | None = None
