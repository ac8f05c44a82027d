"""Seal what was recorded."""

from dataclasses import dataclass

from auth_core.audit.chain import Head, SealedBatch, next_batch
from auth_core.audit.policy import AuditPolicy
from auth_core.audit.ports import HeadSigner, TrailTx
from auth_core.clock import Clock
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SealEvents:
    """Seal events into the next batch of the chain. Writers never wait for it, and it never for them.

    A batch names its events one by one. So whatever is committed late goes into a later batch, in whatever order
    transactions commit; nothing has to be known of those that are still open.
    """

    uow: UnitOfWork[TrailTx]
    signer: HeadSigner
    clock: Clock
    policy: AuditPolicy

    async def __call__(self, *, if_due: bool = False) -> Head | None:
        """Seal everything that is committed, batch by batch, and return the new head; None when there was nothing.

        Several processes may do this at once: of two that seal the same batch one does, and the other leaves it to it.
        `if_due` does nothing shortly after somebody has sealed.
        """
        head: Head | None = None
        while True:
            sealed = await self._next(if_due=if_due and head is None)
            if sealed is None:
                return head
            head = Head(number=sealed.batch.number, head=sealed.batch.head, sealed_at=sealed.batch.sealed_at)
            if sealed.batch.count < self.policy.batch:
                return head

    async def _next(self, *, if_due: bool) -> SealedBatch | None:
        now = self.clock.now()
        async with self.uow() as tx:
            newest = await tx.sealed_batches.last()
            last = newest.batch if newest else None
            if if_due and last and now - last.sealed_at < self.policy.seal_every / 2:
                return None
            unsealed = await tx.recorded_events.unsealed(
                last=last, lateness=self.policy.lateness, limit=self.policy.batch
            )
            if unsealed is None:
                return None
            batch = next_batch(last, unsealed.events, seen_until=unsealed.seen_until, sealed_at=now)
            sealed = SealedBatch(batch=batch, signature=self.signer.sign(batch.head))
            return sealed if await tx.sealed_batches.append(sealed) else None
