"""An account is closed for use, and opened again."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.closing import Closing
from auth_core.users.model import User, UserStatus
from auth_core.users.ports import StatusTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Close an account: no log-in, and every session ends with the acknowledgement. Repeating it changes nothing."""

    uow: UnitOfWork[StatusTx]
    guard: UserGuard
    close: Closing
    clock: Clock
    answers: FirstAnswers

    async def __call__(
        self, *, user_id: UserId, actor: UserId | None, origin: Origin, once: Once[User] | None = None
    ) -> User:
        """Return the disabled user. `actor` is None for the operator; nobody else disables who may do more than they.

        Raises: UserNotFound, UserDeleted, BeyondYourRights, LastAdministrator; AnsweredBefore, IdempotencyKeyReused.
        """
        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.USER_DISABLED, closes=True, actor=actor, origin=origin
            )
            if not isinstance(outcome, AuthError):
                version = await tx.users.set_status(user_id, UserStatus.DISABLED, now=now)
                outcome = await self.close(
                    tx,
                    outcome,
                    version,
                    event=EventKind.USER_DISABLED,
                    because=Reason.USER_DISABLED,
                    actor=actor,
                    origin=origin,
                    now=now,
                )
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Open a disabled account again. Sessions that ended stay ended. Repeating it changes nothing."""

    uow: UnitOfWork[StatusTx]
    guard: UserGuard
    record: Recorder
    clock: Clock
    answers: FirstAnswers

    async def __call__(
        self, *, user_id: UserId, actor: UserId | None, origin: Origin, once: Once[User] | None = None
    ) -> User:
        """Return the active user. `actor` is None for the operator; nobody else enables who may do more than they.

        Raises: UserNotFound, UserDeleted, BeyondYourRights; AnsweredBefore, IdempotencyKeyReused.
        """
        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(tx, user_id, attempted=EventKind.USER_ENABLED, actor=actor, origin=origin)
            if not isinstance(outcome, AuthError):
                version = await tx.users.set_status(user_id, UserStatus.ACTIVE, now=now)
                if version is not None:
                    await self.record(tx, EventKind.USER_ENABLED, at=now, origin=origin, subject=user_id, actor=actor)
                    outcome = await tx.users.find(user_id) or outcome
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome
