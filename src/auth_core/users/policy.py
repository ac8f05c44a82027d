"""Our choices about accounts."""

from dataclasses import dataclass
from datetime import timedelta
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
    """How accounts come to be, and go.

    `set_up_secret` makes the first administrator, once. It has to be random: nobody counts guesses. None lets nobody.

    A deleted account can be restored for `deleted_kept`; then it is erased.
    """

    registration: RegistrationMode = RegistrationMode.OPEN
    set_up_secret: Redacted[str] | None = None
    deleted_kept: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if self.deleted_kept < timedelta(0):
            raise ValueError("deleted_kept must not be negative")
