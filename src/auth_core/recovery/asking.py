"""How whoever knows an address asks for a mail with a token: answered alike, whatever it is the address of."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.ids import UserId
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import account_of
from auth_core.users.email_address import EmailAddress
from auth_core.verification.model import Purpose
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Sends a token to the address that is stored, never to the one that was typed."""

    mail: ProofMail

    def read(self, email: str) -> EmailAddress:
        """Return the address. Raises: NoMail, InvalidEmail."""
        self.mail.must_be_possible()
        return EmailAddress.parse(email)

    async def __call__(
        self, tx: RecoveryTx, purpose: Purpose, address: EmailAddress, *, now: datetime
    ) -> UserId | None:
        """Send the token if there is an account that can use it and it was not asked for too often; say whose.

        Asked too often, nothing at all is done, be there an account or not: measuring the time we take tells no more
        with every attempt.
        """
        kind = self.mail.kind_of(purpose)
        if not await self.mail.may_be_sent(tx, kind, email=address.canonical, now=now):
            return None
        user = await tx.users.find_by_email(address.canonical)
        account = await account_of(tx, user.id) if user is not None else None
        if account is None or (purpose is Purpose.VERIFY_EMAIL and account.user.email_verified_at is not None):
            return None
        await self.mail.send(tx, purpose, account.binding, address=account.user.email.address, now=now)
        return account.user.id
