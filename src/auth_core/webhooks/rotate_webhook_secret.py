"""A webhook gets another secret."""

from dataclasses import dataclass
from datetime import timedelta

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.ids import UserId, WebhookId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.webhooks.errors import WebhookNotFound, WebhookOverlapTooLong
from auth_core.webhooks.model import IssuedWebhook
from auth_core.webhooks.policy import LONGEST_OVERLAP, WebhookPolicy
from auth_core.webhooks.ports import WebhooksTx, WebhookVault
from auth_core.webhooks.signature import new_secret, written


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret:
    """Give a webhook a new secret; what is sent is signed with both for an overlap, in which its receiver can change.

    To do it again, because the answer got lost, makes another one, and ends none earlier.
    """

    uow: UnitOfWork[WebhooksTx]
    vault: WebhookVault
    record: Recorder
    clock: Clock
    entropy: Entropy
    policy: WebhookPolicy

    async def __call__(
        self, *, webhook_id: WebhookId, overlap: timedelta | None = None, actor: UserId | None, origin: Origin
    ) -> IssuedWebhook:
        """Return the webhook and its new secret, told this once.

        `overlap` of zero, for a secret that somebody else may know, ends all others at once; None is what the policy
        says. `actor` is None for the operator of the machine. Raises: WebhookOverlapTooLong, WebhookNotFound.
        """
        overlap = self.policy.overlap if overlap is None else overlap
        if overlap > LONGEST_OVERLAP:
            raise WebhookOverlapTooLong
        secret, now = new_secret(self.entropy), self.clock.now()
        async with self.uow() as tx:
            replaced = await tx.webhooks.replace_secret(
                webhook_id,
                self.vault.seal(secret, webhook_id=webhook_id),
                now=now,
                old_until=now + overlap if overlap > timedelta(0) else None,
            )
            webhook = await tx.webhooks.find(webhook_id) if replaced else None
            if webhook is not None:
                await self.record(
                    tx,
                    EventKind.WEBHOOK_SECRET_ROTATED,
                    at=now,
                    origin=origin,
                    subject=None,
                    actor=actor,
                    webhook_id=str(webhook_id),
                    overlap_seconds=max(0, int(overlap.total_seconds())),
                )
        if webhook is None:
            raise WebhookNotFound
        return IssuedWebhook(webhook=webhook, secret=written(secret))
