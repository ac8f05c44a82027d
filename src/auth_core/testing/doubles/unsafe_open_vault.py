"""Sealed messages for tests: open to everybody."""

from auth_core.ids import MessageId
from auth_core.outbox.messages import Message
from auth_core.outbox.model import SealedMessage
from auth_core.outbox.writing import read, written


class UnsafeOpenVault:
    """Seals nothing: whoever reads the store reads every message."""

    def seal(self, message: Message, *, message_id: MessageId) -> SealedMessage:
        """Return the message, written down."""
        return SealedMessage(id=message_id, kind=message.kind, payload=written(message))

    def open(self, sealed: SealedMessage) -> Message:
        """Return what was written."""
        return read(sealed.kind, sealed.payload)
