"""Make room for what is recorded next."""

from dataclasses import dataclass

from auth_core.audit.policy import AuditPolicy
from auth_core.audit.ports import TrailTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRoom:
    """Make the next stretches of the trail ahead of time, where the store keeps it in stretches.

    Whatever is recorded without room of its own is kept all the same, and goes event by event when it is old.
    """

    uow: UnitOfWork[TrailTx]
    policy: AuditPolicy

    async def __call__(self) -> int:
        """Return how many were made: none when there is room enough. Any number of processes may do this at once."""
        async with self.uow() as tx:
            return await tx.sealed_batches.make_room(span=self.policy.span, ahead=self.policy.spans_ahead)
