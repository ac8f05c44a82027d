"""Erases people of whom nobody asks, one by one, whoever else does so at the same time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.erasing import Erasing
from auth_core.users.errors import UserNotFound
from auth_core.users.model import User
from auth_core.users.ports import ErasureTx

type Find = Callable[[ErasureTx, UserId | None], Awaitable[Sequence[UserId]]]
"""Returns some of those who may be due, in the order of their ids, those after the one given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasingMany:
    """Looks for those who are due, and judges each again once they are locked."""

    uow: UnitOfWork[ErasureTx]
    erasing: Erasing

    async def __call__(self, find: Find, is_due: Callable[[User], bool], *, where_allowed: bool) -> int:
        """Return how many were erased. Cut short, the rest is erased the next time.

        Raises: TrailIsAppendOnly; with `where_allowed` nobody is erased then.
        """
        erased = 0
        after: UserId | None = None
        while batch := await self._batch(find, after):
            for user_id in batch:
                outcome = await self._erase(user_id, is_due)
                if isinstance(outcome, TrailIsAppendOnly):
                    if where_allowed:
                        return erased
                    raise outcome
                erased += not isinstance(outcome, AuthError)
            after = batch[-1]
        return erased

    async def _batch(self, find: Find, after: UserId | None) -> Sequence[UserId]:
        async with self.uow() as tx:
            return await find(tx, after)

    async def _erase(self, user_id: UserId, is_due: Callable[[User], bool]) -> int | AuthError:
        async def judge(tx: ErasureTx) -> User | AuthError:
            await tx.roles.lock_held(user_id)
            user = await tx.users.find(user_id)
            return user if user is not None and is_due(user) else UserNotFound()

        return await self.erasing(user_id, judge, actor=None, origin=Origin())
