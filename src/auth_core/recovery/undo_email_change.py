"""Whoever reads the address an account had takes the account back."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.entropy import Entropy
from auth_core.origin import Origin
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, account_behind, account_of
from auth_core.recovery.turning_out import TurningOut
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import EmailAddress
from auth_core.verification.errors import UnusableToken
from auth_core.verification.model import OneTimeToken, Purpose
from auth_core.verification.proof_mail import ProofMail
from auth_core.verification.secret import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoEmailChange:
    """Restore the address, sign everybody out, and let the password be good no more: a thief knew it.

    A mail goes along by which the owner chooses another one. No token made since the change is good any more, so that
    whoever moved the account on from there cannot take it back in turn; one from an earlier change is.
    """

    uow: UnitOfWork[RecoveryTx]
    hasher: PasswordHasher
    mail: ProofMail
    turn_out: TurningOut
    record: Recorder
    clock: Clock
    entropy: Entropy
    new_passwords: NewPasswords

    async def __call__(self, *, token: Redacted[str], origin: Origin) -> None:
        """Undo the change. Of simultaneous calls with one token exactly one succeeds.

        Raises: UnusableToken, Busy; EmailTaken when another account has the address, and nothing changes.
        """
        digest, purpose = digest_of(token), Purpose.UNDO_EMAIL_CHANGE
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest, purpose, now=self.clock.now())
            account = await account_behind(tx, sent)
        if sent is None or account is None:
            raise UnusableToken
        _, nobodys = self.new_passwords.make_up(self.entropy)
        async with self.hasher.turn() as turn:
            nobodys_hash = await nobodys.hash(turn)

        async with self.uow() as tx:
            await tx.roles.lock_held(account.user.id)
            spent = await tx.one_time_tokens.spend(digest, purpose, now=self.clock.now())
            account = await account_behind(tx, spent)
            if account is not None:
                await self._undo(tx, account, sent, nobodys_hash, origin)
        if account is None:
            raise UnusableToken

    async def _undo(
        self, tx: RecoveryTx, account: Account, sent: OneTimeToken, nobodys: PasswordHash, origin: Origin
    ) -> None:
        now, user_id = self.clock.now(), account.user.id
        await tx.users.change_email(user_id, EmailAddress(sent.address), now=now)
        await tx.users.verify_email(user_id, now=now)
        await tx.passwords.reset(
            user_id, nobodys, must_change=False, now=now, keep=self.new_passwords.policy.remembered
        )
        ended = await self.turn_out(tx, user_id, because=Reason.EMAIL_CHANGE_UNDONE, now=now)
        await tx.one_time_tokens.forget(user_id, made_since=sent.made_at)
        await self.record(
            tx,
            EventKind.EMAIL_CHANGE_UNDONE,
            at=now,
            origin=origin,
            subject=user_id,
            actor=user_id,
            sessions_ended=ended,
        )
        restored = await account_of(tx, user_id)
        if restored is not None and self.mail.post.is_possible:
            await self.mail.send(tx, Purpose.RESET_PASSWORD, restored.binding, address=sent.address, now=now)
