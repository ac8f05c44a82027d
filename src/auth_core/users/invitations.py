"""An invitation that was not accepted yet is sent again, or taken back."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import NotInvited
from auth_core.users.inviting import Inviting
from auth_core.users.model import User
from auth_core.users.ports import PasswordResetTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvitationAgain:
    """Send another invitation to the address the account has now. The one before is good no more, used or not."""

    uow: UnitOfWork[PasswordResetTx]
    guard: UserGuard
    inviting: Inviting
    record: Recorder
    clock: Clock
    answers: FirstAnswers

    async def __call__(
        self, *, user_id: UserId, actor: UserId | None, origin: Origin, once: Once[User] | None = None
    ) -> User:
        """Return the user as they are invited now; they can accept for as long as if it were the first time.

        `actor` is None for the operator of the machine; nobody else invites again who is to be able to do more.
        Raises: InvitationsClosed, NoMail, UserNotFound, UserDeleted, NotInvited, BeyondYourRights; AnsweredBefore,
        IdempotencyKeyReused.
        """
        now = self.clock.now()
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.INVITATION_SENT_AGAIN, invited_too=True, actor=actor, origin=origin
            )
            if not isinstance(outcome, AuthError):
                # Raised in here: nothing was written that would have to stay.
                self.inviting.must_be_possible()
                invitation = self.inviting.invitation(by=actor, now=now)
                outcome = await tx.users.invite_again(user_id, invitation) or NotInvited()
            if not isinstance(outcome, AuthError):
                stored = await tx.passwords.find(user_id)
                await self.inviting.send(tx, outcome, password_version=stored.version if stored else 0, now=now)
                await self.record(
                    tx, EventKind.INVITATION_SENT_AGAIN, at=now, origin=origin, subject=user_id, actor=actor
                )
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawInvitation:
    """Take an invitation back: the account that waited is gone, its address free, and the mail, if it waits, unsent.

    Nobody ever used the account, so there is nothing to restore.
    """

    uow: UnitOfWork[PasswordResetTx]
    guard: UserGuard
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> None:
        """Remove whoever has not accepted. Of this and an acceptance at once one comes about.

        `actor` is None for the operator of the machine; nobody else withdraws who is to be able to do more.
        Raises: UserNotFound, also when it was withdrawn before; UserDeleted, NotInvited, BeyondYourRights.
        """
        now = self.clock.now()
        async with self.uow() as tx:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.INVITATION_WITHDRAWN, invited_too=True, actor=actor, origin=origin
            )
            if isinstance(outcome, User) and outcome.invitation is None:
                outcome = NotInvited()
            if isinstance(outcome, User):
                await tx.outbox.forget(outcome.email.canonical)
                await tx.users.erase(user_id)
                await self.record(
                    tx, EventKind.INVITATION_WITHDRAWN, at=now, origin=origin, subject=user_id, actor=actor
                )
        if isinstance(outcome, AuthError):
            raise outcome
