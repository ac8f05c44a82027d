"""Makes what is posted to a receiver: the body, signed with every secret that is good at the moment."""

from dataclasses import dataclass
from typing import Final

from auth_core.clock import Clock
from auth_core.webhooks.model import SignedRequest, Webhook
from auth_core.webhooks.ports import WebhookVault
from auth_core.webhooks.signature import signed_headers

_HEADERS: Final = (("content-type", "application/json"), ("user-agent", "auth-service-webhooks"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Signs for a webhook. Signed anew at each attempt, since receivers refuse what was signed long ago."""

    vault: WebhookVault
    clock: Clock

    def __call__(self, webhook: Webhook, *, message_id: str, body: bytes) -> SignedRequest:
        """Return the request. Raises: UnreadableSecret."""
        now = self.clock.now()
        secrets = [self.vault.open(each) for each in webhook.signing(now)]
        headers = signed_headers(secrets, message_id=message_id, at=now, body=body)
        return SignedRequest(url=webhook.url, headers=(*_HEADERS, *headers), body=body)
