"""Users, and the names they go by."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from auth_core.access.model import Principal
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.text import is_printable
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidName

Name = NewType("Name", str)

LONGEST_NAME: Final = 100


def name(text: str, *, field: str) -> Name:
    """Read a part of a person's name: trimmed, NFC, 1 to 100 code points, all of them printable.

    Raises: InvalidName, with `field` as the place of the fault.
    """
    # Nothing composes to less than a third of its length: what is far too long is not looked at any closer.
    acceptable = len(text) <= 4 * LONGEST_NAME and is_printable(text)
    trimmed = unicodedata.normalize("NFC", text).strip() if acceptable else ""
    if not trimmed or len(trimmed) > LONGEST_NAME:
        raise InvalidName(field)
    return Name(trimmed)


class UserStatus(StrEnum):
    """Whether the account may be used."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"
    """It can be restored for a while; its address and its id are nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account. What they know to prove it lives in `credentials`, what they may do in `access`.

    `version` counts the changes of names, address and status, and nothing that a log-in does. `awaits_proof` says that
    they registered where addresses are proven first, and have not done so: nobody signs in until then.
    """

    id: UserId
    email: EmailAddress
    first_name: Name
    last_name: Name
    status: UserStatus
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None = None
    version: int = 0
    deleted_at: datetime | None = None
    email_verified_at: datetime | None = None
    awaits_proof: bool = False

    @property
    def tag(self) -> str:
        """What somebody has seen of the user: another one after every change that counts."""
        return str(self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user together with what they may do."""

    user: User
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """What became of a reset; `made_up` is the password if we have chosen it, and is told this once."""

    made_up: Redacted[str] | None
    must_change: bool
    sessions_ended: int
