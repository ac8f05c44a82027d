"""A service that tells a subscriber what happens, and the subscriber."""

import json
from dataclasses import dataclass, replace
from typing import Any, Self

from auth_adapters.memory import FOR_TESTS
from auth_core import Redacted
from auth_core.ids import WebhookId
from auth_core.outbox.model import Outcome, State
from auth_core.testing import Receiver
from auth_core.webhooks.model import FiledDelivery, Response, SignedRequest
from auth_core.webhooks.policy import WebhookPolicy
from auth_core.webhooks.verifying import VerifiedWebhook, verify_webhook
from tests.unit.core_in_memory import HERE, Core

URL = "https://receiver.example.com/hooks?tenant=7"


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    core: Core
    receiver: Receiver
    webhook_id: WebhookId
    secret: Redacted[str]

    @classmethod
    async def make(cls, *types: str, answers: tuple[Response, ...] = (), policy: WebhookPolicy | None = None) -> Self:
        receiver = Receiver(*answers)
        policies = FOR_TESTS if policy is None else replace(FOR_TESTS, webhooks=policy)
        core = await Core.make(policies=policies, webhook_sender=receiver)
        issued = await core.auth.webhooks.create(url=URL, types=types or ("*",), actor=None, origin=HERE)
        return cls(core=core, receiver=receiver, webhook_id=issued.webhook.id, secret=issued.secret)

    async def deliver(self) -> list[Outcome]:
        return [each.outcome for each in await self.core.auth.webhooks.deliver()]

    async def filed(self, state: State | None = None) -> list[FiledDelivery]:
        page = await self.core.auth.webhooks.list_deliveries(webhook_id=self.webhook_id, state=state)
        return list(page.items)

    def verified(self, request: SignedRequest, *secrets: Redacted[str]) -> VerifiedWebhook:
        """What the subscriber makes of a request, with its secret or these."""
        return verify_webhook(dict(request.headers), request.body, secrets or self.secret, now=self.core.clock.now())

    def told(self) -> list[dict[str, Any]]:
        """Everything it was told, each checked first."""
        return [json.loads(self.verified(each).body) for each in self.receiver.requests]

    def ids(self) -> list[str]:
        return [dict(each.headers)["webhook-id"] for each in self.receiver.requests]
