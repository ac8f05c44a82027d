"""How names and address of a user change, whoever asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.outbox.messages import EmailAssigned, EmailReplaced
from auth_core.outbox.model import Recipient
from auth_core.outbox.posting import Posting
from auth_core.users.email_address import EmailAddress
from auth_core.users.locale import Locale
from auth_core.users.locale import locale as read_locale
from auth_core.users.model import Name, User, UserStatus, name
from auth_core.users.ports import ProfileTx

NO_LOCALE: Final = Locale("")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProfile:
    """What is to be changed, read and found acceptable; None stays as it is. An empty `locale` is none any more."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: EmailAddress | None = None
    locale: Locale | None = None

    def differing_from(self, user: User) -> frozenset[str]:
        """Return the fields that are another than the user has."""
        wanted = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}
        changed = {field for field, new in wanted.items() if new is not None and new != getattr(user, field)}
        if self.locale is not None and self.locale != (user.locale or NO_LOCALE):
            changed.add("locale")
        return frozenset(changed)


def read_profile(
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    locale: str | None = None,
) -> WantedProfile:
    """Read what is given. Raises: Rejected with every fault of every field at once."""
    faults: list[Fault] = []
    wanted = WantedProfile(
        first_name=_read(first_name, lambda text: name(text, field="first_name"), faults),
        last_name=_read(last_name, lambda text: name(text, field="last_name"), faults),
        email=_read(email, EmailAddress.parse, faults),
        locale=_read(locale, lambda text: read_locale(text) if text else NO_LOCALE, faults),
    )
    if faults:
        raise Rejected(*faults)
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """Changes a locked user in the caller's transaction, and keeps one event that says which fields, never what.

    Both addresses are told when one takes the place of the other, unless nobody has used the account yet. Neither of
    these mails opens anything, so it does not matter who reads them.
    """

    record: Recorder
    post: Posting
    clock: Clock

    async def __call__(
        self, tx: ProfileTx, user: User, wanted: WantedProfile, *, actor: UserId | None, origin: Origin
    ) -> User:
        """Return the user as they are afterwards; what they have already is no change. Raises: EmailTaken."""
        changed = wanted.differing_from(user)
        if not changed:
            return user
        now = self.clock.now()
        after: User | None = user
        if "locale" in changed:
            after = user = await tx.users.prefer_locale(user.id, wanted.locale or None, now=now) or user
        if "email" in changed and wanted.email is not None:
            after = await tx.users.change_email(user.id, wanted.email, now=now)
            if wanted.email.canonical != user.email.canonical and user.status is not UserStatus.INVITED:
                await self.post(tx, EmailReplaced(at=now), to=user.recipient, at=now)
                new = Recipient(address=wanted.email.address, locale=user.locale)
                await self.post(tx, EmailAssigned(at=now), to=new, at=now)
        if changed & {"first_name", "last_name"}:
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
