"""Tell a webhook again what it may have missed."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import MessageId, UserId, WebhookId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.errors import WebhookDeliveryNotFound, WebhookNotFound
from auth_core.webhooks.model import FiledDelivery
from auth_core.webhooks.ports import WebhooksTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """Let one delivery be made again, whether it was given up or taken, with the same `webhook-id`."""

    uow: UnitOfWork[WebhooksTx]
    record: Recorder
    clock: Clock

    async def __call__(
        self, *, webhook_id: WebhookId, delivery_id: MessageId, actor: UserId | None, origin: Origin
    ) -> FiledDelivery:
        """Return the delivery, which is due now.

        Raises: WebhookNotFound; WebhookDeliveryNotFound unless it was over.
        """
        now = self.clock.now()
        async with self.uow() as tx:
            webhook = await tx.webhooks.find(webhook_id)
            revived = await tx.webhook_deliveries.revive(webhook_id, delivery_id, now=now) if webhook else None
            if revived is not None:
                await self.record(
                    tx,
                    EventKind.WEBHOOK_REPLAYED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                    delivery_id=str(delivery_id),
                )
        if webhook is None:
            raise WebhookNotFound
        if revived is None:
            raise WebhookDeliveryNotFound
        return revived


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFailed:
    """Let everything be tried again that was given up since a moment, each with the `webhook-id` it had."""

    uow: UnitOfWork[WebhooksTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, webhook_id: WebhookId, since: datetime, actor: UserId | None, origin: Origin) -> int:
        """Return how many deliveries are due now because of this. Raises: WebhookNotFound."""
        now = self.clock.now()
        async with self.uow() as tx:
            webhook = await tx.webhooks.find(webhook_id)
            revived = await tx.webhook_deliveries.revive_dead(webhook_id, since=since, now=now) if webhook else 0
            if revived:
                await self.record(
                    tx,
                    EventKind.WEBHOOK_REPLAYED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                    deliveries=revived,
                )
        if webhook is None:
            raise WebhookNotFound
        return revived
