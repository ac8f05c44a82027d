"""A person wants another address for their account."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.errors import WrongPassword
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, account_of
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidEmail
from auth_core.verification.model import Purpose
from auth_core.verification.proof_mail import ProofMail


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEmailChange:
    """Send a mail to the new address. Until it is proven by that the account keeps the one it has.

    Nobody learns whether the new address has an account: its owner is told.
    """

    uow: UnitOfWork[RecoveryTx]
    hasher: PasswordHasher
    mail: ProofMail
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, new_email: str, password: Redacted[str], origin: Origin) -> None:
        """Ask for the change; the one asked for before is off. Raises: Rejected, WrongPassword, NoMail, Busy."""
        self.mail.must_be_possible()
        address = _read(new_email)
        async with self.hasher.turn() as turn:
            async with self.uow() as tx:
                account = await account_of(tx, user_id)
            stored = account.password if account else None
            verification = await turn.verify(password, stored.hash if stored else None)
        if account is not None and verification.matches and account.user.email == address:
            raise Rejected(Fault("new_email", "unchanged", "This is the address of the account already."))

        now = self.clock.now()
        async with self.uow() as tx:
            # What has changed while we were hashing makes the token dead on arrival.
            if account is not None and verification.matches:
                await self._ask(tx, account, address)
            await self.record(
                tx,
                EventKind.EMAIL_CHANGE_ASKED,
                outcome=Outcome.SUCCESS if verification.matches else Outcome.FAILURE,
                at=now,
                origin=origin,
                subject=user_id,
                actor=user_id,
            )
        if not verification.matches:
            raise WrongPassword

    async def _ask(self, tx: RecoveryTx, account: Account, address: EmailAddress) -> None:
        now = self.clock.now()
        holder = await tx.users.find_by_email(address.canonical)
        if holder is None or holder.id == account.user.id:
            await self.mail.ask(tx, Purpose.CHANGE_EMAIL, account.binding, address=address.address, now=now)
        else:
            await self.mail.tell_owner(tx, address=holder.email.address, now=now)


def _read(new_email: str) -> EmailAddress:
    try:
        return EmailAddress.parse(new_email)
    except InvalidEmail as error:
        raise Rejected(Fault("new_email", error.code, error.detail)) from None
