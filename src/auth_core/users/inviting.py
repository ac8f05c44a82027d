"""What is asked for when somebody is invited, and the mail that invites them."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvitationsClosed
from auth_core.users.locale import Locale
from auth_core.users.locale import locale as read_locale
from auth_core.users.model import Name, PendingInvitation, User, name
from auth_core.users.policy import RegistrationMode, UserPolicy
from auth_core.verification.model import Binding, Purpose
from auth_core.verification.ports import VerificationTx
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to be invited, read and found acceptable."""

    email: EmailAddress
    first_name: Name | None
    last_name: Name | None
    locale: Locale | None


def read_invited(*, email: str, first_name: str | None, last_name: str | None, locale: str | None) -> Wanted:
    """Read who is to be invited. Raises: Rejected with every fault of every field at once."""
    faults: list[Fault] = []
    emails: list[EmailAddress] = []
    names: dict[str, Name] = {}
    locales: list[Locale] = []
    try:
        emails.append(EmailAddress.parse(email))
    except Rejected as error:
        faults.extend(error.faults)
    for field, text in (("first_name", first_name), ("last_name", last_name)):
        try:
            if text is not None:
                names[field] = name(text, field=field)
        except Rejected as error:
            faults.extend(error.faults)
    try:
        if locale is not None:
            locales.append(read_locale(locale))
    except Rejected as error:
        faults.extend(error.faults)
    if faults:
        raise Rejected(*faults)
    return Wanted(
        email=emails[0],
        first_name=names.get("first_name"),
        last_name=names.get("last_name"),
        locale=locales[0] if locales else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """Sends invitations in the caller's transaction: the mail is sent exactly when what it says has come to be."""

    mail: ProofMail
    policy: UserPolicy

    def must_be_possible(self) -> None:
        """Raises: InvitationsClosed, NoMail."""
        if self.policy.registration is RegistrationMode.CLOSED:
            raise InvitationsClosed
        self.mail.must_be_possible()

    def invitation(self, *, by: UserId | None, now: datetime) -> PendingInvitation:
        """Return an invitation that is sent now."""
        return PendingInvitation(by=by, at=now, expires_at=now + self.mail.policy.invitation)

    async def send(self, tx: VerificationTx, user: User, *, password_version: int, now: datetime) -> None:
        """Send the mail; the token that was sent before is good no more."""
        binding = Binding(user_id=user.id, email=user.email.canonical, password_version=password_version)
        await self.mail.send(tx, Purpose.ACCEPT_INVITATION, binding, to=user.recipient, now=now)
