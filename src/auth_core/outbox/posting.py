"""Writes messages, in the transaction of their cause."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.ids import Ids, UserId
from auth_core.outbox.messages import Message
from auth_core.outbox.model import Letter, Recipient
from auth_core.outbox.ports import MessageVault, OutboxTx
from auth_core.outbox.writing import expiry_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Posts messages: who is told what is decided where it happens, and delivered when that is committed.

    Without a vault there is no mail: nothing is written, and nothing is asked.
    """

    ids: Ids
    vault: MessageVault | None

    @property
    def is_possible(self) -> bool:
        """Whether anybody can be told anything: for whoever must not go on as if they had been."""
        return self.vault is not None

    async def __call__(self, tx: OutboxTx, message: Message, *, to: Recipient, at: datetime) -> None:
        """Post `message` to an address, due at once."""
        if self.vault is None:
            return
        await tx.outbox.add(
            Letter(
                sealed=self.vault.seal(message, message_id=self.ids.message()),
                to=to,
                created_at=at,
                due_at=at,
                expires_at=expiry_of(message),
            )
        )

    async def to_user(self, tx: OutboxTx, message: Message, *, user_id: UserId, at: datetime) -> None:
        """Post `message` to a user, at the address that is stored."""
        if self.vault is not None and (recipient := await tx.recipients.find(user_id)) is not None:
            await self(tx, message, to=recipient, at=at)
