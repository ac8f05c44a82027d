"""Messages sealed in a vault."""

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_core.ids import MessageId
from auth_core.outbox.errors import UnreadableMessage
from auth_core.outbox.messages import Message
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.writing import read, written
from auth_core.redacted import Redacted
from auth_core.upkeep.model import Seal


class SealingMessageVault:
    """Seals everything a message says, and seals it anew (`Sealer`).

    A link in a mail is as good as the password for as long as it lives: whoever reads the database, or a copy of it,
    must not find one. So nothing of a message is told apart as more or less secret.
    """

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def seal(self, message: Message, *, message_id: MessageId) -> SealedMessage:
        sealed = self._vault.seal(written(message), context=_context(message_id, message.kind))
        return SealedMessage(id=message_id, kind=message.kind, payload=Redacted(sealed))

    def open(self, sealed: SealedMessage) -> Message:
        try:
            text = self._vault.open(sealed.payload.reveal(), context=_context(sealed.id, sealed.kind))
        except CannotUnseal as error:
            raise UnreadableMessage(str(error)) from None
        return read(sealed.kind, text)

    def reseal(self, sealed: SealedMessage) -> SealedMessage | Seal:
        payload, context = sealed.payload.reveal(), _context(sealed.id, sealed.kind)
        try:
            text = self._vault.open(payload, context=context)
        except CannotUnseal:
            return Seal.UNREADABLE
        if self._vault.is_current(payload):
            return Seal.CURRENT
        return SealedMessage(id=sealed.id, kind=sealed.kind, payload=Redacted(self._vault.seal(text, context=context)))


def _context(message_id: MessageId, kind: str) -> str:
    return f"message {kind} {message_id}"
