"""Erase those who registered and never proved that they read their address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.upkeep.erasing_many import ErasingMany
from auth_core.users.model import UserStatus
from auth_core.users.policy import UserPolicy
from auth_core.users.ports import ErasureTx

_BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseUnproven:
    """Erase every account that has waited for its proof longer than it is kept, one by one; its address is free then.

    Nobody has ever signed in to one. Any number of processes may do so at once: whoever proves the address meanwhile,
    or is erased by another, is passed over. So is whom an administrator has closed: they wait for nothing.
    """

    erase: ErasingMany
    clock: Clock
    policy: UserPolicy

    async def __call__(self, *, where_allowed: bool = False) -> int:
        """Return how many were erased; nobody is where such accounts are kept for ever.

        Raises: TrailIsAppendOnly; with `where_allowed` nobody is erased then.
        """
        if self.policy.unproven_kept is None:
            return 0
        moment = self.clock.now() - self.policy.unproven_kept

        async def find(tx: ErasureTx, after: UserId | None) -> Sequence[UserId]:
            return await tx.users.unproven_before(moment, after=after, limit=_BATCH)

        return await self.erase(
            find,
            lambda user: user.awaits_proof and user.status is UserStatus.ACTIVE and user.created_at < moment,
            where_allowed=where_allowed,
        )
