"""A person is erased for good."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorded import EventFilter, Order
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.closing import Closing
from auth_core.users.erasing import Erasing
from auth_core.users.errors import UserNotDeleted, UserNotFound
from auth_core.users.model import User, UserStatus
from auth_core.users.ports import ErasureTx
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseUser:
    """Erase a deleted account and everything personal of its owner. It cannot be taken back. Twice is once.

    The address is free then, and the id is nobody's.
    """

    uow: UnitOfWork[ErasureTx]
    guard: UserGuard
    close: Closing
    erasing: Erasing
    clock: Clock

    async def __call__(self, *, user_id: UserId, at_once: bool = False, actor: UserId | None, origin: Origin) -> int:
        """Return in how many events something was erased. With `at_once` an account that is in use is deleted first.

        `actor` is None for the operator; nobody else erases who may do more than they.
        Raises: UserNotFound, UserNotDeleted, BeyondYourRights, LastAdministrator, TrailIsAppendOnly.
        """

        async def judge(tx: ErasureTx) -> User | AuthError:
            judged = await self.guard(
                tx,
                user_id,
                attempted=EventKind.USER_ERASED,
                closes=True,
                deleted_too=True,
                actor=actor,
                origin=origin,
            )
            if isinstance(judged, AuthError) or judged.status is UserStatus.DELETED:
                return judged
            return await self._delete(tx, judged, actor, origin) if at_once else UserNotDeleted()

        outcome = await self.erasing(user_id, judge, actor=actor, origin=origin)
        if isinstance(outcome, UserNotFound) and await self._was_erased(user_id):
            return 0
        if isinstance(outcome, AuthError):
            raise outcome
        return outcome

    async def _delete(self, tx: ErasureTx, user: User, actor: UserId | None, origin: Origin) -> User:
        now = self.clock.now()
        return await self.close(
            tx,
            user,
            await tx.users.delete(user.id, now=now),
            event=EventKind.USER_DELETED,
            because=Reason.USER_DELETED,
            actor=actor,
            origin=origin,
            now=now,
        )

    async def _was_erased(self, user_id: UserId) -> bool:
        erasures = EventFilter(subject=user_id, kind=EventKind.USER_ERASED)
        async with self.uow() as tx:
            return bool(await tx.recorded_events.page(erasures, after=None, limit=1, order=Order.NEWEST_FIRST))
