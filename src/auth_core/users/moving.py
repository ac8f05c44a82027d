"""People who move between systems: what they bring, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from auth_core.access.model import RoleName
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.errors import Fault
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.users.model import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Somebody as another system describes them, in the row or line `line` of what it wrote.

    `faults` are what could not be read at all; then nothing else of it counts but the address, if there is one.
    """

    line: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    password_hash: Redacted[str] | None = None
    status: str = "active"
    roles: tuple[str, ...] = ()
    created_at: datetime | None = None
    last_login_at: datetime | None = None
    id: UUID | None = None
    must_change_password: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A user with all that is moved of them. Without a password they need a reset before they can sign in."""

    user: User
    password: PasswordHash | None
    roles: tuple[RoleName, ...]
    must_change_password: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Who has an address already, and whether they came by an import, as far as the trail goes back."""

    user_id: UserId
    imported: bool


class Fate(StrEnum):
    """What became of a row."""

    IMPORTED = "imported"
    IMPORTED_BEFORE = "imported_before"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of one row. `scheme` is that of its hash, None without one; `faults` say why it was refused.

    `hashed` says that its digest was too quick and was wrapped, which took a hash.
    """

    line: int
    email: str
    fate: Fate
    scheme: str | None = None
    hashed: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Departing:
    """A user as they are given to another system. `unreadable` says that their password cannot be opened."""

    user: User
    roles: tuple[RoleName, ...]
    password_hash: Redacted[str] | None = None
    must_change_password: bool = False
    unreadable: bool = False


@dataclass(slots=True, kw_only=True)
class ImportTally:
    """Counts what became of rows."""

    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    schemes: dict[str, int] = field(default_factory=dict[str, int])
    faults: dict[str, int] = field(default_factory=dict[str, int])
    hashed: int = 0

    def add(self, arrival: Arrival) -> None:
        """Count one more."""
        self.fates[arrival.fate] += 1
        if arrival.fate is Fate.IMPORTED:
            scheme = arrival.scheme or "none"
            self.schemes[scheme] = self.schemes.get(scheme, 0) + 1
            self.hashed += arrival.hashed
        for fault in arrival.faults:
            self.faults[fault.code] = self.faults.get(fault.code, 0) + 1

    @property
    def rows(self) -> int:
        """How many there were."""
        return sum(self.fates.values())

    def as_json(self) -> Mapping[str, Any]:
        """Return it as a document."""
        return {
            "rows": self.rows,
            **{fate.value: count for fate, count in self.fates.items()},
            "by_scheme": dict(sorted(self.schemes.items())),
            "by_fault": dict(sorted(self.faults.items())),
        }
