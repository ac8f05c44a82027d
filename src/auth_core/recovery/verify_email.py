"""A person proves that they read the address of their account."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.recovery.ports import RecoveryTx
from auth_core.recovery.standing import Account, account_behind
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork
from auth_core.verification.errors import UnusableToken
from auth_core.verification.model import Purpose
from auth_core.verification.secret import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEmail:
    """Let the address count as proven. Twice is once: while it is good, the token has nothing else to give."""

    uow: UnitOfWork[RecoveryTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, token: Redacted[str], origin: Origin) -> None:
        """Verify the address the token was sent to. Raises: UnusableToken."""
        now = self.clock.now()
        async with self.uow() as tx:
            sent = await tx.one_time_tokens.find(digest_of(token), Purpose.VERIFY_EMAIL, now=now)
            account = await account_behind(tx, sent, locked=True)
            if account is not None:
                await self._verify(tx, account, origin)
        if account is None:
            raise UnusableToken

    async def _verify(self, tx: RecoveryTx, account: Account, origin: Origin) -> None:
        now, user_id = self.clock.now(), account.user.id
        if await tx.users.verify_email(user_id, now=now):
            await self.record(tx, EventKind.EMAIL_VERIFIED, at=now, origin=origin, subject=user_id, actor=user_id)
