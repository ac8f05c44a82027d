"""Find out whether a receiver answers."""

import asyncio
from dataclasses import dataclass
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import Ids, UserId, WebhookId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.body import written
from auth_core.webhooks.errors import UnreadableSecret, WebhookNotFound
from auth_core.webhooks.model import Response, Unreached, Webhook
from auth_core.webhooks.policy import WebhookPolicy
from auth_core.webhooks.ports import WebhookSender, WebhooksTx
from auth_core.webhooks.signing import Signing

TEST_TYPE: Final = "webhook.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class TryWebhook:
    """Post a test to a webhook now, once, and say what came of it: signed as anything else, of the type `webhook.test`.

    A disabled one is tried as well. Whatever it answers, nothing becomes of that.
    """

    uow: UnitOfWork[WebhooksTx]
    sign: Signing
    sender: WebhookSender | None
    record: Recorder
    clock: Clock
    ids: Ids
    policy: WebhookPolicy

    async def __call__(self, *, webhook_id: WebhookId, actor: UserId | None, origin: Origin) -> Response:
        """Return what the receiver answered, or why there was no answer. Raises: WebhookNotFound."""
        now = self.clock.now()
        async with self.uow() as tx:
            webhook = await tx.webhooks.find(webhook_id)
            if webhook is not None:
                await self.record(
                    tx,
                    EventKind.WEBHOOK_TESTED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                )
        if webhook is None:
            raise WebhookNotFound
        return await self._post(webhook)

    async def _post(self, webhook: Webhook) -> Response:
        if self.sender is None:
            return Unreached("Nobody sends webhooks here.")
        body = written(TEST_TYPE, at=self.clock.now(), data={"webhook_id": str(webhook.id)})
        try:
            request = self.sign(webhook, message_id=str(self.ids.event()), body=body)
            async with asyncio.timeout(self.policy.delivery.send_within.total_seconds()):
                return await self.sender.post(request)
        except UnreadableSecret as unreadable:
            return Unreached(f"The secret of the webhook cannot be opened: {unreadable}.")
        except TimeoutError:
            return Unreached("The receiver did not answer in time.")
