"""See how much there is to deliver."""

from dataclasses import dataclass

from auth_core.outbox.model import Backlog
from auth_core.outbox.ports import OutboxQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtOutbox:
    """Say how many messages wait, since when, and how many were given up."""

    queue: OutboxQueue

    async def __call__(self) -> Backlog:
        """Return what there is at this moment. Raises: Unavailable."""
        return await self.queue.look()
