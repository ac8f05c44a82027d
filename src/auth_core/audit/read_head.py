"""Take the head out of the trail."""

from dataclasses import dataclass

from auth_core.audit.chain import Head
from auth_core.audit.ports import TrailTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHead:
    """Tell the head of the chain, to be kept where whoever can write into the store cannot."""

    uow: UnitOfWork[TrailTx]

    async def __call__(self) -> Head | None:
        """Return the head; None when nothing has been sealed yet."""
        async with self.uow() as tx:
            newest = await tx.sealed_batches.last()
        if newest is None:
            return None
        return Head(number=newest.batch.number, head=newest.batch.head, sealed_at=newest.batch.sealed_at)
