"""A program elsewhere is told nothing any more."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId, WebhookId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.errors import WebhookNotFound
from auth_core.webhooks.ports import WebhooksTx


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhook:
    """Forget a webhook, its secrets, and all that waits for it. Its id never comes back."""

    uow: UnitOfWork[WebhooksTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, webhook_id: WebhookId, actor: UserId | None, origin: Origin) -> None:
        """Delete the webhook. `actor` is None for the operator of the machine. Raises: WebhookNotFound."""
        async with self.uow() as tx:
            removed = await tx.webhooks.remove(webhook_id)
            if removed:
                await self.record(
                    tx,
                    EventKind.WEBHOOK_DELETED,
                    at=self.clock.now(),
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                )
        if not removed:
            raise WebhookNotFound
