"""List messages by what has become of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.ids import MessageId
from auth_core.outbox.model import Filed, State
from auth_core.outbox.ports import OutboxTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMessages:
    """List messages, without what they say."""

    uow: UnitOfWork[OutboxTx]

    async def __call__(
        self, *, state: State = State.DEAD, after: MessageId | None = None, limit: int = 100
    ) -> Sequence[Filed]:
        """Return up to `limit` messages in that state, the oldest first, those that follow `after`."""
        async with self.uow() as tx:
            return await tx.outbox.list(state, after=after, limit=limit)
