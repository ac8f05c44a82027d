"""Take away a message that is not to be sent."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import MessageId, UserId
from auth_core.origin import Origin
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.model import Filed
from auth_core.outbox.ports import OutboxEditTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMessage:
    """Drop a message that waits or was given up: whoever it was for is not told, and the trail says who saw to that."""

    uow: UnitOfWork[OutboxEditTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, message_id: MessageId, actor: UserId | None, origin: Origin) -> Filed:
        """Return what was dropped. Raises: MessageNotFound."""
        now = self.clock.now()
        async with self.uow() as tx:
            dropped = await tx.outbox.drop(message_id, now=now)
            if dropped is not None:
                await self.record(
                    tx,
                    EventKind.MESSAGE_DROPPED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    message_id=str(message_id),
                    message=dropped.kind,
                )
        if dropped is None:
            raise MessageNotFound
        return dropped
