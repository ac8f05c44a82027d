"""Erase those who were deleted so long ago that nobody can restore them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.erasing import Erasing
from auth_core.users.errors import UserNotFound
from auth_core.users.model import User
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import ErasureTx

_BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseDeleted:
    """Erase every account that was deleted longer ago than it can be restored, one by one.

    Any number of processes may do so at once: whoever is restored meanwhile, or erased by another, is passed over.
    """

    uow: UnitOfWork[ErasureTx]
    erasing: Erasing
    clock: Clock
    policy: UserPolicy

    async def __call__(self, *, where_allowed: bool = False) -> int:
        """Return how many were erased. Cut short, the rest is erased the next time.

        Raises: TrailIsAppendOnly; with `where_allowed` nobody is erased then.
        """
        deleted_before = self.clock.now() - self.policy.deleted_kept
        erased = 0
        after: UserId | None = None
        while batch := await self._batch(deleted_before, after):
            for user_id in batch:
                outcome = await self._erase(user_id, deleted_before)
                if isinstance(outcome, TrailIsAppendOnly):
                    if where_allowed:
                        return erased
                    raise outcome
                erased += not isinstance(outcome, AuthError)
            after = batch[-1]
        return erased

    async def _batch(self, deleted_before: datetime, after: UserId | None) -> Sequence[UserId]:
        async with self.uow() as tx:
            return await tx.users.deleted_before(deleted_before, after=after, limit=_BATCH)

    async def _erase(self, user_id: UserId, deleted_before: datetime) -> int | AuthError:
        async def judge(tx: ErasureTx) -> User | AuthError:
            await tx.roles.lock_held(user_id)
            user = await tx.users.find(user_id)
            if user is None or user.deleted_at is None or user.deleted_at >= deleted_before:
                return UserNotFound()
            return user

        return await self.erasing(user_id, judge, actor=None, origin=Origin())
