"""Whether somebody can be taken in as another system describes them: every fault at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from auth_core.access.model import USER, RoleName, role_name
from auth_core.credentials.passwords.model import CarriedHash
from auth_core.credentials.passwords.ports import HashTransfer
from auth_core.errors import Fault, Rejected
from auth_core.ids import Ids, UserId
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User, UserStatus, name
from auth_core.users.moving import Arriving

_CLOCKS_DIFFER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptable:
    """A row in which nothing is wrong by itself, with the user that it would make."""

    row: Arriving
    user: User
    roles: tuple[RoleName, ...]
    carried: CarriedHash | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalCheck:
    """Reads rows, one at a time, and asks nobody."""

    transfer: HashTransfer
    ids: Ids

    def __call__(self, row: Arriving, *, now: datetime) -> Acceptable | tuple[Fault, ...]:
        """Return the user, or everything that is wrong."""
        if row.faults:
            return row.faults
        faults: list[Fault] = [*_faults_of_times(row, now), *_faults_of_id(row.id)]

        email = _read(faults, lambda: EmailAddress.parse(row.email))
        first_name = _read(faults, lambda: name(row.first_name, field="first_name"))
        last_name = _read(faults, lambda: name(row.last_name, field="last_name"))
        status = _read(faults, lambda: _status(row.status))
        roles = _read(faults, lambda: _roles(row.roles))
        written = row.password_hash
        carried = None if written is None else _read(faults, lambda: self.transfer.look_at(written))
        if faults or email is None or first_name is None or last_name is None or status is None or roles is None:
            return tuple(faults)
        user = User(
            id=self.ids.user() if row.id is None else UserId(row.id),
            email=email,
            first_name=first_name,
            last_name=last_name,
            status=status,
            created_at=row.created_at or now,
            updated_at=now,
            last_login_at=row.last_login_at,
        )
        return Acceptable(row=row, user=user, roles=roles, carried=carried)


def _read[Value](faults: list[Fault], reading: Callable[[], Value]) -> Value | None:
    """Return what is read; what is wrong with it is added to `faults`."""
    try:
        return reading()
    except Rejected as error:
        faults.extend(error.faults)
        return None


def _status(text: str) -> UserStatus:
    """Read a status in which somebody can come: whoever was deleted stays where they were."""
    match text:
        case UserStatus.ACTIVE | UserStatus.DISABLED:
            return UserStatus(text)
        case UserStatus.DELETED:
            raise Rejected(Fault("status", "deleted", "Who was deleted is not taken in."))
        case _:
            raise Rejected(Fault("status", "unknown_status", "A status is one of: active, disabled."))


def _roles(texts: Iterable[str]) -> tuple[RoleName, ...]:
    """Return the roles, and `user` first, which everybody holds."""
    try:
        return tuple(dict.fromkeys((USER.name, *map(role_name, texts))))
    except Rejected:
        raise Rejected(Fault("roles", "invalid_role_name", "One of these cannot be the name of a role.")) from None


def _faults_of_times(row: Arriving, now: datetime) -> list[Fault]:
    faults: list[Fault] = []
    for field, moment in (("created_at", row.created_at), ("last_login_at", row.last_login_at)):
        if moment is not None and moment.tzinfo is None:
            faults.append(Fault(field, "no_time_zone", "A moment needs its distance from UTC: 2026-11-24T00:00:00Z."))
        elif moment is not None and moment > now + _CLOCKS_DIFFER:
            faults.append(Fault(field, "in_the_future", "This moment has not come yet."))
    return faults


def _faults_of_id(identity: UUID | None) -> list[Fault]:
    if identity is None or identity.version == 7:
        return []
    return [Fault("id", "invalid_id", "Only identities that such a service has made are kept: UUIDs of version 7.")]
