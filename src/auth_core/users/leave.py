"""A person leaves."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.errors import WrongPassword
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.errors import AuthError
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.outbox.messages import AccountDeleted
from auth_core.outbox.posting import Posting
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.closing import Closing
from auth_core.users.errors import UserNotFound
from auth_core.users.model import User, UserStatus
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import PasswordResetTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Delete one's own account, as an administrator would: it can be restored for a while, and is erased then.

    The password is asked for once more: whoever finds a screen unlocked cannot take somebody's account away.
    """

    uow: UnitOfWork[PasswordResetTx]
    hasher: PasswordHasher
    guard: UserGuard
    close: Closing
    record: Recorder
    post: Posting
    clock: Clock
    policy: UserPolicy

    async def __call__(
        self, *, user_id: UserId, session_id: SessionId, password: Redacted[str], origin: Origin
    ) -> None:
        """Delete the account; every session ends, and a notice says until when it can be restored.

        A password that is changed meanwhile is wrong by then. Raises: WrongPassword, LastAdministrator, UserNotFound
        when the account was closed meanwhile, Busy.
        """
        async with self.hasher.turn() as turn:
            async with self.uow() as tx:
                stored = await tx.passwords.find(user_id)
            verification = await turn.verify(password, stored.hash if stored else None)
        proven = stored.version if stored is not None and verification.matches else None

        now = self.clock.now()
        async with self.uow() as tx:
            outcome = await self._judge(tx, user_id, session_id, proven, origin)
            if isinstance(outcome, User):
                # Before the account closes: it is told at the address it has.
                notice = AccountDeleted(at=now, restorable_until=now + self.policy.deleted_kept)
                await self.post.to_user(tx, notice, user_id=user_id, at=now)
                await self.close(
                    tx,
                    outcome,
                    await tx.users.delete(user_id, now=now),
                    event=EventKind.USER_DELETED,
                    because=Reason.USER_DELETED,
                    actor=user_id,
                    origin=origin,
                    now=now,
                )
        if isinstance(outcome, AuthError):
            raise outcome

    async def _judge(
        self, tx: PasswordResetTx, user_id: UserId, session_id: SessionId, proven: int | None, origin: Origin
    ) -> User | AuthError:
        """Return the user, locked, if the password of this version is still theirs and nothing forbids it."""
        await tx.roles.lock_held(user_id)
        user = await tx.users.find(user_id)
        if user is None or user.status is not UserStatus.ACTIVE:
            return UserNotFound()
        stored = await tx.passwords.find(user_id)
        if proven is not None and stored is not None and stored.version == proven:
            return await self.guard(
                tx, user_id, attempted=EventKind.USER_DELETED, closes=True, actor=user_id, origin=origin
            )
        await self.record(
            tx,
            EventKind.USER_CHANGE_REFUSED,
            outcome=Outcome.FAILURE,
            at=self.clock.now(),
            origin=origin,
            subject=user_id,
            actor=user_id,
            session_id=session_id,
            attempted=EventKind.USER_DELETED.value,
            reason=WrongPassword.code,
        )
        return WrongPassword()
