"""Remove what is long over."""

from dataclasses import dataclass
from typing import Final

from auth_core.clock import Clock
from auth_core.sessions.policy import SessionPolicy
from auth_core.upkeep.ports import Purgeable

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Remove sessions whose last possible end lies further back than they are kept."""

    sessions: Purgeable
    clock: Clock
    policy: SessionPolicy

    async def __call__(self) -> int:
        """Remove everything that is due, batch by batch, and say how much it was."""
        over_before = self.clock.now() - self.policy.kept_after_end
        removed = 0
        while batch := await self.sessions.purge(over_before=over_before, limit=_BATCH):
            removed += batch
        return removed
