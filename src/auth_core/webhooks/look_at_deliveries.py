"""See how much webhooks are still to be told."""

from dataclasses import dataclass

from auth_core.outbox.model import Backlog
from auth_core.webhooks.ports import WebhookQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtDeliveries:
    """Say how many deliveries wait, since when, and how many were given up."""

    queue: WebhookQueue

    async def __call__(self) -> Backlog:
        """Return what there is at this moment. Raises: Unavailable."""
        return await self.queue.look()
