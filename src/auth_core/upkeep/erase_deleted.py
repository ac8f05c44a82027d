"""Erase those who were deleted so long ago that nobody can restore them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.upkeep.erasing_many import ErasingMany
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import ErasureTx

_BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseDeleted:
    """Erase every account that was deleted longer ago than it can be restored, one by one.

    Any number of processes may do so at once: whoever is restored meanwhile, or erased by another, is passed over.
    """

    erase: ErasingMany
    clock: Clock
    policy: UserPolicy

    async def __call__(self, *, where_allowed: bool = False) -> int:
        """Return how many were erased. Cut short, the rest is erased the next time.

        Raises: TrailIsAppendOnly; with `where_allowed` nobody is erased then.
        """
        moment = self.clock.now() - self.policy.deleted_kept

        async def find(tx: ErasureTx, after: UserId | None) -> Sequence[UserId]:
            return await tx.users.deleted_before(moment, after=after, limit=_BATCH)

        return await self.erase(
            find,
            lambda user: user.deleted_at is not None and user.deleted_at < moment,
            where_allowed=where_allowed,
        )
