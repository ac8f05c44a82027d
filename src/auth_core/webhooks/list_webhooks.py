"""Which programs are told what."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.ids import WebhookId
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.errors import WebhookNotFound
from auth_core.webhooks.model import Webhook
from auth_core.webhooks.ports import WebhooksTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhooks:
    """Read every webhook: there are few."""

    uow: UnitOfWork[WebhooksTx]

    async def __call__(self) -> Sequence[Webhook]:
        """Return the webhooks, in the order of their making."""
        async with self.uow() as tx:
            return await tx.webhooks.list_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpWebhook:
    """Read one webhook."""

    uow: UnitOfWork[WebhooksTx]

    async def __call__(self, *, webhook_id: WebhookId) -> Webhook:
        """Return the webhook. Raises: WebhookNotFound."""
        async with self.uow() as tx:
            webhook = await tx.webhooks.find(webhook_id)
        if webhook is None:
            raise WebhookNotFound
        return webhook
