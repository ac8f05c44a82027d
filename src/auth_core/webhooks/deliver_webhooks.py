"""Tell webhooks what is due: read each event, sign what is told of it, and post it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.audit.recorded import RecordedEvent
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import EventId, WebhookId
from auth_core.origin import Origin
from auth_core.outbox.lane import Lane, Send
from auth_core.outbox.model import Answer, Attempt, Deferred, Refused, Sent
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.body import body_of
from auth_core.webhooks.errors import UnreadableSecret
from auth_core.webhooks.model import Answered, Delivery, DisabledBecause, Response, Unreached, Webhook, in_words
from auth_core.webhooks.ports import TellingTx, WebhookSender
from auth_core.webhooks.signing import Signing

_GONE: Final = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhooks:
    """Make the deliveries that are due, at least once each, with the same `webhook-id` each time, in no order.

    Any number of processes may do so at a time; nothing is held while a receiver thinks. A receiver that answers 410
    is disabled. Without a sender nothing is done.
    """

    lane: Lane[Delivery]
    uow: UnitOfWork[TellingTx]
    sign: Signing
    sender: WebhookSender | None
    record: Recorder
    clock: Clock

    async def __call__(self) -> Sequence[Attempt]:
        """Deliver up to a batch, and say what came of it: nothing when nothing was due. Raises: Unavailable."""
        return () if self.sender is None else await self.lane(partial(self._ready, self.sender))

    async def _ready(self, sender: WebhookSender, deliveries: Sequence[Delivery]) -> Send[Delivery]:
        async with self.uow() as tx:
            events = {each.id: each for each in await tx.recorded_events.find({each.event_id for each in deliveries})}
            webhooks = {each.id: each for each in await tx.webhooks.list_all()}
        return partial(self._send, sender, events, webhooks)

    async def _send(
        self,
        sender: WebhookSender,
        events: dict[EventId, RecordedEvent],
        webhooks: dict[WebhookId, Webhook],
        delivery: Delivery,
    ) -> Answer:
        webhook, event = webhooks.get(delivery.webhook_id), events.get(delivery.event_id)
        if webhook is None or webhook.disabled_at is not None:
            return Refused("The webhook is disabled.")
        if event is None:
            return Refused("The event is not in the trail any more.")
        body = body_of(event)
        if body is None:
            return Deferred("Only a later release knows this kind of event.")
        try:
            request = self.sign(webhook, message_id=str(event.id), body=body)
        except UnreadableSecret as unreadable:
            return Deferred(f"The secret of the webhook cannot be opened: {unreadable}.")
        return await self._judged(await sender.post(request), webhook.id)

    async def _judged(self, response: Response, webhook_id: WebhookId) -> Answer:
        match response:
            case Answered(is_taken=True):
                return Sent()
            case Answered(status=status) if status == _GONE:
                await self._disable(webhook_id)
                return Refused(f"{in_words(response)} The webhook is disabled.")
            case Answered(wait=wait):
                return Deferred(in_words(response), wait)
            case Unreached(reason):
                return Deferred(reason)

    async def _disable(self, webhook_id: WebhookId) -> None:
        now, because = self.clock.now(), DisabledBecause.GONE
        async with self.uow() as tx:
            if await tx.webhooks.disable(webhook_id, now=now, because=because):
                await self.record(
                    tx,
                    EventKind.WEBHOOK_DISABLED,
                    at=now,
                    origin=Origin(),
                    subject=None,
                    actor=None,
                    webhook_id=str(webhook_id),
                    reason=because.value,
                )
