"""What became of what a webhook was told."""

from dataclasses import dataclass

from auth_core.audit import cursor
from auth_core.audit.errors import InvalidEventCursor
from auth_core.audit.recorded import Place
from auth_core.ids import EventId, WebhookId
from auth_core.outbox.model import State
from auth_core.page import Page
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.errors import InvalidDeliveryCursor, WebhookNotFound
from auth_core.webhooks.model import FiledDelivery
from auth_core.webhooks.ports import WebhooksTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhookDeliveries:
    """List the deliveries to a webhook, the newest events first, a page at a time."""

    uow: UnitOfWork[WebhooksTx]

    async def __call__(
        self, *, webhook_id: WebhookId, state: State | None = None, after: str | None = None, limit: int = 50
    ) -> Page[FiledDelivery, str]:
        """Return up to `limit` deliveries, in that state or in any, and the cursor for those that follow.

        Raises: InvalidDeliveryCursor, WebhookNotFound.
        """
        place = None if after is None else _place_in(after)
        async with self.uow() as tx:
            webhook = await tx.webhooks.find(webhook_id)
            found = await tx.webhook_deliveries.page(webhook_id, state=state, after=place, limit=limit + 1)
        if webhook is None:
            raise WebhookNotFound
        items = found[:limit]
        last = items[-1] if len(found) > limit else None
        return Page(items=items, next=None if last is None else _cursor_at(last))


def _cursor_at(delivery: FiledDelivery) -> str:
    """Return the cursor for what follows: the id of a delivery takes the place of that of an event."""
    return cursor.written(Place(delivery.created_at, EventId(delivery.id)))


def _place_in(text: str) -> Place:
    try:
        return cursor.read(text)
    except InvalidEventCursor:
        raise InvalidDeliveryCursor from None
