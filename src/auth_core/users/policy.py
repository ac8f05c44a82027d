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
    INVITATION = "invitation"
    """Whoever an administrator has invited, by a mail to their address. Anybody else is refused as by `CLOSED`."""
    CLOSED = "closed"
    """Nobody, not even by an invitation: accounts are made by administrators."""

    @property
    def lets_anybody_register(self) -> bool:
        """Whether accounts are to be had without being invited."""
        return self in (RegistrationMode.OPEN, RegistrationMode.VERIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPolicy:
    """How accounts come to be, and go.

    `set_up_secret` makes the first administrator, once. It has to be random: nobody counts guesses. None lets nobody.

    A deleted account can be restored for `deleted_kept`; then it is erased. So is one whose address was to be proven
    and was not for `unproven_kept`; None keeps it for ever.
    """

    registration: RegistrationMode = RegistrationMode.OPEN
    set_up_secret: Redacted[str] | None = None
    deleted_kept: timedelta = timedelta(days=30)
    unproven_kept: timedelta | None = timedelta(days=30)

    def __post_init__(self) -> None:
        if self.deleted_kept < timedelta(0):
            raise ValueError("deleted_kept must not be negative")
        if self.unproven_kept is not None and self.unproven_kept <= timedelta(0):
            raise ValueError("unproven_kept must be more than nothing")
