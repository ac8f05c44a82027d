"""Everything we tell people: a closed set of messages, each a value. How they read is for templates to say.

Nothing in a message is what a stranger typed: whoever registers somebody else's address must not be able to have us
send that person words of theirs. Hence no names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auth_core.redacted import Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAddress:
    """Somebody has registered with this address: whoever reads it proves that by the token."""

    kind: ClassVar[str] = "verify_address"
    token: Redacted[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTaken:
    """Somebody wanted to register with this address, which has an account already."""

    kind: ClassVar[str] = "address_taken"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Somebody asked for a new password: with the token it can be chosen."""

    kind: ClassVar[str] = "reset_password"
    token: Redacted[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged:
    """The password has been changed, from this network address."""

    kind: ClassVar[str] = "password_changed"
    at: datetime
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmailChange:
    """This address is to take the place of another one: whoever reads it proves that by the token."""

    kind: ClassVar[str] = "confirm_email_change"
    token: Redacted[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged:
    """Another address has taken the place of this one; the token undoes it."""

    kind: ClassVar[str] = "email_changed"
    at: datetime
    token: Redacted[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An administrator has made an account for this address: with the token a password can be chosen."""

    kind: ClassVar[str] = "invitation"
    token: Redacted[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """Somebody has signed in on a device that was not seen before."""

    kind: ClassVar[str] = "new_device"
    at: datetime
    device: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeleted:
    """The account is gone; until `restorable_until`, if that is given, an administrator can bring it back."""

    kind: ClassVar[str] = "account_deleted"
    at: datetime
    restorable_until: datetime | None


type Message = (
    VerifyAddress
    | AddressTaken
    | ResetPassword
    | PasswordChanged
    | ConfirmEmailChange
    | EmailChanged
    | Invitation
    | NewDevice
    | AccountDeleted
)
