"""Whoever reads a new address confirms that it is to be that of the account."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, account_behind
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import EmailAddress
from auth_core.verification.errors import UnusableToken
from auth_core.verification.model import OneTimeToken, Purpose
from auth_core.verification.proof_mail import ProofMail
from auth_core.verification.secret import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmailChange:
    """Give the account the address its token was sent to, and tell the old address, which can undo it.

    An old address that was never proven is told nothing: somebody else may read it, and they must not be handed the
    account.
    """

    uow: UnitOfWork[RecoveryTx]
    mail: ProofMail
    record: Recorder
    clock: Clock

    async def __call__(self, *, token: Redacted[str], origin: Origin) -> None:
        """Change the address. Of simultaneous calls with one token exactly one succeeds.

        Raises: UnusableToken; EmailTaken when another account has got the address meanwhile, and nothing changes.
        """
        digest, now = digest_of(token), self.clock.now()
        account: Account | None = None
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest, Purpose.CHANGE_EMAIL, now=now)
            if sent is not None:
                await tx.roles.lock_held(sent.binding.user_id)
                spent = await tx.one_time_tokens.spend(digest, Purpose.CHANGE_EMAIL, now=now)
                account = await account_behind(tx, spent)
            if sent is not None and account is not None:
                await self._change(tx, account, sent, origin)
        if account is None:
            raise UnusableToken

    async def _change(self, tx: RecoveryTx, account: Account, sent: OneTimeToken, origin: Origin) -> None:
        now, old = self.clock.now(), account.user
        await tx.users.change_email(old.id, EmailAddress(sent.address), now=now)
        await tx.users.verify_email(old.id, now=now)
        await self.record(tx, EventKind.EMAIL_CHANGED, at=now, origin=origin, subject=old.id, actor=old.id)
        if old.email_verified_at is not None and old.email.canonical != sent.address.lower():
            await self.mail.send(tx, Purpose.UNDO_EMAIL_CHANGE, account.binding, address=old.email.address, now=now)
