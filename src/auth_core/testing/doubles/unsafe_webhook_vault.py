"""Secrets of webhooks for tests: sealed from nobody."""

from auth_core.ids import WebhookId
from auth_core.redacted import Redacted
from auth_core.webhooks.model import SealedSecret


class UnsafeWebhookVault:
    """Seals nothing: whoever reads the store reads every secret."""

    def seal(self, secret: Redacted[bytes], *, webhook_id: WebhookId) -> SealedSecret:
        """Return the secret as it is."""
        return SealedSecret(webhook_id=webhook_id, sealed=secret.reveal())

    def open(self, sealed: SealedSecret) -> Redacted[bytes]:
        """Return what was given."""
        return Redacted(sealed.sealed)
