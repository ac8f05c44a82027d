"""Somebody changes names and address of another person."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.errors import AuthError
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.seen import Seen
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.model import User
from auth_core.users.ports import ProfileTx
from auth_core.users.profile_changes import ProfileChanges, read_profile
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser:
    """Change what is given and leave the rest as it is. Doing it twice is doing it once."""

    uow: UnitOfWork[ProfileTx]
    guard: UserGuard
    change: ProfileChanges
    answers: FirstAnswers

    async def __call__(
        self,
        *,
        user_id: UserId,
        first_name: str | None = None,
        last_name: str | None = None,
        email: str | None = None,
        seen: Seen = None,
        actor: UserId | None,
        origin: Origin,
        once: Once[User] | None = None,
    ) -> User:
        """Return the user as they are afterwards. A new address is theirs at once: whoever asks answers for it.

        `actor` is None for the operator of the machine; nobody else changes who may do more.
        Raises: Rejected with every fault at once, UserNotFound, UserDeleted, BeyondYourRights, EmailTaken,
        ChangedMeanwhile unless the user is as they were `seen`; AnsweredBefore, IdempotencyKeyReused.
        """
        wanted = read_profile(first_name=first_name, last_name=last_name, email=email)
        async with self.uow() as tx, self.answers(tx, once) as done:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.USER_UPDATED, seen=seen, actor=actor, origin=origin
            )
            if not isinstance(outcome, AuthError):
                outcome = await self.change(tx, outcome, wanted, actor=actor, origin=origin)
                done.be(outcome)
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome
