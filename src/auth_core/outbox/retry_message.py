"""Try again what was given up."""

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
class RetryMessage:
    """Let a message that was given up be delivered after all, unless it has expired."""

    uow: UnitOfWork[OutboxEditTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, message_id: MessageId, actor: UserId | None, origin: Origin) -> Filed:
        """Return the message, which is due now. Raises: MessageNotFound unless it was given up."""
        now = self.clock.now()
        async with self.uow() as tx:
            revived = await tx.outbox.revive(message_id, now=now)
            if revived is not None:
                await self.record(
                    tx,
                    EventKind.MESSAGE_RETRIED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    message_id=str(message_id),
                    message=revived.kind,
                )
        if revived is None:
            raise MessageNotFound
        return revived
