"""An account is deleted, and can be restored for a while."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.seen import Seen
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.closing import Closing
from auth_core.users.errors import UserNotFound
from auth_core.users.model import User
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import StatusTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser:
    """Delete an account: nothing its owner holds is good any more, with the acknowledgement. Twice is once.

    Address, password and roles are kept for whoever restores it; so the address stays taken. A deleted administrator
    does not count as one.
    """

    uow: UnitOfWork[StatusTx]
    guard: UserGuard
    close: Closing
    clock: Clock
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        user_id: UserId,
        seen: Seen = None,
        actor: UserId | None,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the deleted user. `actor` is None for the operator; nobody else deletes who may do more than they.

        Raises: UserNotFound, BeyondYourRights, LastAdministrator, ChangedMeanwhile unless the user is as they were
        `seen`; AnsweredBefore, IdempotencyKeyReused.
        """
        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(
                tx,
                user_id,
                attempted=EventKind.USER_DELETED,
                seen=seen,
                closes=True,
                deleted_too=True,
                actor=actor,
                origin=origin,
            )
            if not isinstance(outcome, AuthError):
                version = await tx.users.delete(user_id, now=now)
                outcome = await self.close(
                    tx,
                    outcome,
                    version,
                    event=EventKind.USER_DELETED,
                    because=Reason.USER_DELETED,
                    actor=actor,
                    origin=origin,
                    now=now,
                )
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreUser:
    """Give a deleted account back, as active or disabled as it was. Sessions that ended stay ended. Twice is once.

    Whoever is due to be erased is not restored: what has begun to be forgotten does not come back.
    """

    uow: UnitOfWork[StatusTx]
    guard: UserGuard
    record: Recorder
    clock: Clock
    answers: FirstAnswers
    policy: UserPolicy

    async def __call__(
        self, *, user_id: UserId, actor: UserId | None, origin: Origin, once: Once[User] | None = None
    ) -> User:
        """Return the user. `actor` is None for the operator of the machine; nobody else restores who may do more.

        Raises: UserNotFound, BeyondYourRights; AnsweredBefore, IdempotencyKeyReused.
        """
        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.USER_RESTORED, deleted_too=True, actor=actor, origin=origin
            )
            if isinstance(outcome, User) and self._is_due_to_be_erased(outcome, now):
                outcome = UserNotFound()
            if not isinstance(outcome, AuthError):
                restored = await tx.users.restore(user_id, now=now)
                if restored is not None:
                    await self.record(tx, EventKind.USER_RESTORED, at=now, origin=origin, subject=user_id, actor=actor)
                    outcome = restored
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome

    def _is_due_to_be_erased(self, user: User, now: datetime) -> bool:
        return user.deleted_at is not None and user.deleted_at < now - self.policy.deleted_kept
