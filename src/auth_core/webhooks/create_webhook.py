"""A program elsewhere is told what happens from now on."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.idempotency.first_answers import FirstAnswers
from auth_core.idempotency.model import Once
from auth_core.ids import Ids, UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.asked import description_of, types_of
from auth_core.webhooks.errors import TooManyWebhooks
from auth_core.webhooks.model import IssuedWebhook, Webhook
from auth_core.webhooks.policy import WebhookPolicy
from auth_core.webhooks.ports import WebhooksTx, WebhookVault
from auth_core.webhooks.signature import new_secret, written


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook:
    """Make a webhook, and the secret by which its receiver knows what is ours."""

    uow: UnitOfWork[WebhooksTx]
    vault: WebhookVault
    record: Recorder
    clock: Clock
    entropy: Entropy
    ids: Ids
    answers: FirstAnswers
    policy: WebhookPolicy

    async def __call__(
        self,
        *,
        url: str,
        types: Sequence[str] = ("*",),
        description: str = "",
        actor: UserId | None,
        origin: Origin,
        once: Once[IssuedWebhook] | None = None,
    ) -> IssuedWebhook:
        """Return the webhook and its secret, told this once. `actor` is None for the operator of the machine.

        Raises: InvalidWebhookUrl, InvalidWebhookDescription, UnknownEventType, TooManyWebhooks; AnsweredBefore,
        IdempotencyKeyReused.
        """
        secret, webhook_id, now = new_secret(self.entropy), self.ids.webhook(), self.clock.now()
        webhook = Webhook(
            id=webhook_id,
            url=self.policy.reach.read(url),
            description=description_of(description),
            types=types_of(types),
            created_at=now,
            secret=self.vault.seal(secret, webhook_id=webhook_id),
            secret_made_at=now,
        )
        issued = IssuedWebhook(webhook=webhook, secret=written(secret))
        async with self.uow() as tx, self.answers(tx, once) as outcome:
            # Two at a time may make one more than that: it is there to bound what each event costs, not to count.
            has_room = len(await tx.webhooks.list_all()) < self.policy.most
            if has_room:
                await tx.webhooks.add(webhook)
                await self.record(
                    tx,
                    EventKind.WEBHOOK_CREATED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                    types=" ".join(sorted(webhook.types)),
                )
                outcome.be(issued)
        if not has_room:
            raise TooManyWebhooks
        return issued
