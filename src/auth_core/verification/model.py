"""One-time tokens: what each is good for, and what it stands and falls with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from auth_core.ids import UserId

TokenDigest = NewType("TokenDigest", bytes)
"""What is kept of a token; the token itself is in the mail and nowhere else."""


class Purpose(StrEnum):
    """What a token is good for, and the only thing it is good for. The names are stored."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose, not a password
    CHANGE_EMAIL = "change_email"
    UNDO_EMAIL_CHANGE = "undo_email_change"

    @property
    def is_one_of_many(self) -> bool:
        """Whether a newer token leaves the older ones good.

        Whoever takes an account over changes its address twice: the first owner's token must outlive that.
        """
        return self is Purpose.UNDO_EMAIL_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The state of an account for which a token was made: in another state it is dead, except one that undoes.

    `email` is the canonical form of the account's address, `password_version` is 0 when it has no password.
    """

    user_id: UserId
    email: str
    password_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeToken:
    """A token as it is kept. `address` is where it was sent to: for a change the new one, for an undo the old one."""

    digest: TokenDigest
    purpose: Purpose
    binding: Binding
    address: str
    made_at: datetime
    expires_at: datetime
