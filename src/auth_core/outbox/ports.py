"""What telling people needs: somewhere to keep messages, and somebody to word, seal and send them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from auth_core.audit.ports import AuditTx
from auth_core.ids import ClaimId, MessageId, UserId
from auth_core.outbox.messages import Message
from auth_core.outbox.model import Answer, Backlog, Filed, Letter, Mail, Recipient, SealedMessage, State
from auth_core.redacted import Redacted


class Outbox(Protocol):
    """The messages of one transaction, and what operators do to those that are there."""

    async def add(self, letter: Letter) -> None:
        """Keep the letter; it is delivered exactly when the surrounding transaction commits."""
        ...

    async def list(self, state: State, *, after: MessageId | None, limit: int) -> Sequence[Filed]:
        """Return up to `limit` messages in that state, in the order of their making, those that follow `after`."""
        ...

    async def revive(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        """Let a message that was given up wait again, due now and as if never tried; None unless it was given up."""
        ...

    async def drop(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        """Take away a message that waits or was given up, and forget what it says; None when there is no such one.

        Whoever is sending it at this moment cannot be held back.
        """
        ...

    async def forget(self, address: str) -> int:
        """Remove every message to this address, in any case, whatever became of it; say how many there were.

        Whoever is sending one at this moment cannot be held back.
        """
        ...

    async def sealed(self, *, after: MessageId | None, limit: int) -> Sequence[SealedMessage]:
        """Return up to `limit` messages that still hold what they say, in the order of their making."""
        ...

    async def reseal(self, message_id: MessageId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        """Replace what the message holds if it is still `old`, to the letter."""
        ...


class Recipients(Protocol):
    """Where users are told."""

    async def find(self, user_id: UserId) -> Recipient | None:
        """Return the address of the user as it is stored; None when the user is unknown."""
        ...


class OutboxQueue(Protocol):
    """The letters that wait, for any number of deliverers on any number of machines. Each call stands alone.

    A claim is a lease and no lock: nothing is held while a letter is sent. Once it has run out the letter may be
    another's, and what its first holder then says about it changes nothing.
    """

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Letter]:
        """Claim up to `limit` letters that are due, the first due first, until the given moment; count an attempt.

        Of any number of simultaneous claims each letter goes to one.
        """
        ...

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        """Let the message wait no more; what it says is forgotten unless it is dead.

        False, and nothing changes, when the claim is not the message's last, or the message waits no more.
        """
        ...

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        """Give the claim back and let the letter be due at that moment. False as for `end`."""
        ...

    async def look(self) -> Backlog:
        """Return how much there is to do."""
        ...


class Arrivals(Protocol):
    """Hints that a letter may have come. They may come late, twice, or never: whoever waits looks now and then."""

    @property
    def next(self) -> asyncio.Event:
        """The event that is set when something comes from now on."""
        ...


class MessageVault(Protocol):
    """Seals messages: what is stored is of no use to whoever reads the store. Costs microseconds."""

    def seal(self, message: Message, *, message_id: MessageId) -> SealedMessage:
        """Return the message sealed under this id and its kind."""
        ...

    def open(self, sealed: SealedMessage) -> Message:
        """Return what was sealed. Raises: UnreadableMessage."""
        ...


class Wording(Protocol):
    """Says messages in the languages of people."""

    def compose(self, message: Message, letter: Letter) -> Mail:
        """Return the mail to the recipient of `letter`, in their language or the default one. May raise anything."""
        ...


class Mailer(Protocol):
    """Hands mail to somebody who delivers it."""

    async def send(self, mail: Mail) -> Answer:
        """Send the mail to its one recipient and say what came of it.

        Sent again, it has the same id, so that who gets it twice can tell. What it raises is taken for a deferral.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPorts:
    """What turns messages into mail. Where there is none nobody is told anything."""

    wording: Wording
    mailer: Mailer


class OutboxTx(Protocol):
    """The transaction slice of this room."""

    @property
    def outbox(self) -> Outbox: ...

    @property
    def recipients(self) -> Recipients: ...


class OutboxEditTx(AuditTx, OutboxTx, Protocol):
    """What an operator's doing touches."""
