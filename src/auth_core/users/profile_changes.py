"""How names and address of a user change, whoever asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import Name, User, name
from auth_core.users.ports import UsersTx


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProfile:
    """What is to be changed, read and found acceptable; None stays as it is."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: EmailAddress | None = None

    def differing_from(self, user: User) -> Mapping[str, Name | EmailAddress]:
        """Return what is another one than the user has."""
        wanted = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}
        return {field: new for field, new in wanted.items() if new is not None and new != getattr(user, field)}


def read_profile(
    *, first_name: str | None = None, last_name: str | None = None, email: str | None = None
) -> WantedProfile:
    """Read what is given. Raises: Rejected with every fault of every field at once."""
    faults: list[Fault] = []
    wanted = WantedProfile(
        first_name=_read(first_name, lambda text: name(text, field="first_name"), faults),
        last_name=_read(last_name, lambda text: name(text, field="last_name"), faults),
        email=_read(email, EmailAddress.parse, faults),
    )
    if faults:
        raise Rejected(*faults)
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """Changes a locked user in the caller's transaction, and keeps one event that says which fields, never what."""

    record: Recorder
    clock: Clock

    async def __call__(
        self, tx: UsersTx, user: User, wanted: WantedProfile, *, actor: UserId | None, origin: Origin
    ) -> User:
        """Return the user as they are afterwards; what they have already is no change. Raises: EmailTaken."""
        changed = wanted.differing_from(user)
        if not changed:
            return user
        now = self.clock.now()
        after: User | None = user
        if "email" in changed and wanted.email is not None:
            after = await tx.users.change_email(user.id, wanted.email, now=now)
        if changed.keys() - {"email"}:
            after = await tx.users.rename(user.id, first_name=wanted.first_name, last_name=wanted.last_name, now=now)
        await self.record(
            tx,
            EventKind.USER_UPDATED,
            at=now,
            origin=origin,
            subject=user.id,
            actor=actor,
            fields=" ".join(sorted(changed)),
        )
        return after or user


def _read[Value](text: str | None, read: Callable[[str], Value], faults: list[Fault]) -> Value | None:
    if text is None:
        return None
    try:
        return read(text)
    except Rejected as error:
        faults.extend(error.faults)
        return None
