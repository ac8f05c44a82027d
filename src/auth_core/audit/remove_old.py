"""Remove what has been kept long enough."""

from dataclasses import dataclass

from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.audit.events import EventKind
from auth_core.audit.policy import AuditPolicy
from auth_core.audit.ports import TrailTx
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOldEvents:
    """Remove the events of whole batches that are older than the policy keeps them; the chain stays as it is.

    The order is itself an event, written before anything is removed: what is missing without one is found by whoever
    verifies the trail.
    """

    uow: UnitOfWork[TrailTx]
    record: Recorder
    clock: Clock
    policy: AuditPolicy

    async def __call__(self, *, where_allowed: bool = False, origin: Origin) -> int:
        """Remove everything that is due, a batch at a time, and say how many events it was.

        Raises: TrailIsAppendOnly; with `where_allowed` there is nothing to do then.
        """
        if self.policy.retention is None:
            return 0
        now = self.clock.now()
        async with self.uow() as tx:
            may = await tx.sealed_batches.may_be_emptied()
            oldest_kept = now - self.policy.retention
            through = await tx.sealed_batches.newest_over(recorded_until=oldest_kept) if may else None
            if through is not None:
                await self.record(
                    tx, EventKind.TRAIL_SHORTENED, at=now, origin=origin, subject=None, actor=None, through=through
                )
        if not may and not where_allowed:
            raise TrailIsAppendOnly
        return 0 if through is None else await self._remove(through)

    async def _remove(self, through: int) -> int:
        removed = 0
        while True:
            async with self.uow() as tx:
                events = await tx.sealed_batches.empty_oldest(through=through)
            if events is None:
                return removed
            removed += events
