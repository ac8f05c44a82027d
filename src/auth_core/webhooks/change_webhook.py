"""A program elsewhere is told other things, at another address, or nothing for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId, WebhookId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.asked import description_of, types_of
from auth_core.webhooks.errors import WebhookNotFound
from auth_core.webhooks.model import DisabledBecause, Webhook
from auth_core.webhooks.policy import WebhookPolicy
from auth_core.webhooks.ports import WebhooksTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWebhook:
    """Change a webhook, disable or enable it. Repeating changes nothing.

    While it is disabled nothing is written for it: what happens then it is never told. What waits for it is given up
    when it is due, and can be replayed.
    """

    uow: UnitOfWork[WebhooksTx]
    record: Recorder
    clock: Clock
    policy: WebhookPolicy

    async def __call__(
        self,
        *,
        webhook_id: WebhookId,
        url: str | None = None,
        types: Sequence[str] | None = None,
        description: str | None = None,
        disabled: bool | None = None,
        actor: UserId | None,
        origin: Origin,
    ) -> Webhook:
        """Change what is given, leave the rest, and return the webhook as it is then.

        `actor` is None for the operator of the machine. What waits goes to the new address.
        Raises: InvalidWebhookUrl, InvalidWebhookDescription, UnknownEventType, WebhookNotFound.
        """
        new_url = None if url is None else self.policy.reach.read(url)
        new_types = None if types is None else types_of(types)
        new_description = None if description is None else description_of(description)
        now = self.clock.now()
        async with self.uow() as tx:
            record = partial(self.record, tx, at=now, origin=origin, subject=None, actor=actor)
            webhook = await tx.webhooks.find(webhook_id)
            if webhook is not None:
                changed = await tx.webhooks.change(
                    webhook_id,
                    url=webhook.url if new_url is None else new_url,
                    description=webhook.description if new_description is None else new_description,
                    types=webhook.types if new_types is None else new_types,
                )
                if changed:
                    told = " ".join(sorted(webhook.types if new_types is None else new_types))
                    await record(EventKind.WEBHOOK_CHANGED, webhook_id=str(webhook_id), types=told)
                because = DisabledBecause.OPERATOR
                if disabled is True and await tx.webhooks.disable(webhook_id, now=now, because=because):
                    await record(EventKind.WEBHOOK_DISABLED, webhook_id=str(webhook_id), reason=because.value)
                if disabled is False and await tx.webhooks.enable(webhook_id):
                    await record(EventKind.WEBHOOK_ENABLED, webhook_id=str(webhook_id))
                webhook = await tx.webhooks.find(webhook_id)
        if webhook is None:
            raise WebhookNotFound
        return webhook
