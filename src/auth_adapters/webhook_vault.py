"""Secrets of webhooks, sealed in a vault."""

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_core.ids import WebhookId
from auth_core.redacted import Redacted
from auth_core.upkeep.model import Seal
from auth_core.webhooks.errors import UnreadableSecret
from auth_core.webhooks.model import SealedSecret


class SealingWebhookVault:
    """Seals the secrets with which we sign what receivers believe, and seals them anew (`Sealer`).

    Unlike the secret of a client, of which a digest is enough, such a secret is used and so has to be kept. Whoever
    copies a row to another webhook gets one that does not open.
    """

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def seal(self, secret: Redacted[bytes], *, webhook_id: WebhookId) -> SealedSecret:
        sealed = self._vault.seal(secret, context=_context(webhook_id))
        return SealedSecret(webhook_id=webhook_id, sealed=sealed)

    def open(self, sealed: SealedSecret) -> Redacted[bytes]:
        try:
            return self._vault.open(sealed.sealed, context=_context(sealed.webhook_id))
        except CannotUnseal as error:
            raise UnreadableSecret(str(error)) from None

    def reseal(self, sealed: SealedSecret) -> SealedSecret | Seal:
        try:
            secret = self.open(sealed)
        except UnreadableSecret:
            return Seal.UNREADABLE
        if self._vault.is_current(sealed.sealed):
            return Seal.CURRENT
        return self.seal(secret, webhook_id=sealed.webhook_id)


def _context(webhook_id: WebhookId) -> str:
    return f"webhook {webhook_id}"
