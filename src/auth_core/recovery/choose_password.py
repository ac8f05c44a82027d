"""A person who has forgotten their password chooses a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.origin import Origin
from auth_core.outbox.messages import PasswordChanged
from auth_core.outbox.model import Recipient
from auth_core.outbox.posting import Posting
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, account_behind
from auth_core.recovery.turning_out import TurningOut
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.unit_of_work import UnitOfWork
from auth_core.verification.errors import UnusableToken
from auth_core.verification.model import Purpose
from auth_core.verification.secret import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseForgottenPassword:
    """Trade a token for a new password, and end every session. Nobody is signed in by it.

    Whether the token is good is seen before anything is hashed, and again when it is spent, in the transaction of the
    change. A password that is not good enough costs nothing: the token is still there for a better one.
    """

    uow: UnitOfWork[RecoveryTx]
    hasher: PasswordHasher
    new_passwords: NewPasswords
    turn_out: TurningOut
    record: Recorder
    post: Posting
    clock: Clock

    async def __call__(self, *, token: Redacted[str], new_password: Redacted[str], origin: Origin) -> None:
        """Change the password. The address counts as proven by it: that is where the token was read.

        Of simultaneous calls with one token exactly one succeeds.
        Raises: UnusableToken, WeakPassword, Busy, Unavailable.
        """
        digest, remembered = digest_of(token), self.new_passwords.policy.remembered
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest, Purpose.RESET_PASSWORD, now=self.clock.now())
            account = await account_behind(tx, sent)
            former = await tx.passwords.former([account.user.id]) if account and remembered else ()
        if account is None:
            raise UnusableToken
        new_hash = await self._hash(new_password, account, former[:remembered])

        now = self.clock.now()
        async with self.uow() as tx:
            # Locked before it is spent: whoever needs both locks takes that of the user first.
            await tx.roles.lock_held(account.user.id)
            spent = await tx.one_time_tokens.spend(digest, Purpose.RESET_PASSWORD, now=now)
            now_there = await account_behind(tx, spent)
            if now_there is not None:
                await self._change(tx, now_there, new_hash, origin)
        if now_there is None:
            raise UnusableToken

    async def _hash(
        self, new_password: Redacted[str], account: Account, former: Sequence[StoredPassword]
    ) -> PasswordHash:
        user = account.user
        context = (user.email.address, user.first_name, user.last_name)
        vetted = await self.new_passwords.vet(new_password, field="new_password", context=context)
        # Where former passwords are remembered the present one is about to be such.
        present = [account.password] if account.password and self.new_passwords.policy.remembered else []
        async with self.hasher.turn() as turn:
            return await vetted.hash(turn, former=[*present, *former])

    async def _change(self, tx: RecoveryTx, account: Account, new_hash: PasswordHash, origin: Origin) -> None:
        now, user = self.clock.now(), account.user
        await tx.passwords.reset(
            user.id, new_hash, must_change=False, now=now, keep=self.new_passwords.policy.remembered
        )
        await tx.users.verify_email(user.id, now=now)
        ended = await self.turn_out(tx, user.id, because=Reason.PASSWORD_RESET, now=now)
        await self.record(
            tx,
            EventKind.PASSWORD_RECOVERED,
            at=now,
            origin=origin,
            subject=user.id,
            actor=user.id,
            sessions_ended=ended,
        )
        notice = PasswordChanged(at=now, address=origin.address)
        await self.post(tx, notice, to=Recipient(address=user.email.address), at=now)
