"""Messages on their way: to whom, sealed, and what became of them."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth_core.ids import MessageId
from auth_core.redacted import Redacted

# What `EmailAddress` makes of an address is ASCII; a comma, a bracket or the end of a line would be another recipient.
_MAILABLE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One address, and the language its owner reads; None when that is not known."""

    address: str
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMessage:
    """A message as it is stored. It opens under its own id and kind only."""

    id: MessageId
    kind: str
    payload: Redacted[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A sealed message with its envelope.

    `due_at` is when it is to be sent, at the earliest; of a claimed letter it is when the claim runs out. `attempts`
    are those that have begun.
    """

    sealed: SealedMessage
    to: Recipient
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    attempts: int = 0


class State(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    """It is to be sent, now or later."""
    SENT = "sent"
    """The mail server has it."""
    DEAD = "dead"
    """It was given up, and somebody should look."""
    EXPIRED = "expired"
    """It was not sent while it was true."""
    DROPPED = "dropped"
    """An operator took it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What can be told of a message without opening it."""

    id: MessageId
    kind: str
    to: Recipient
    state: State
    attempts: int
    created_at: datetime
    due_at: datetime
    over_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many messages wait, since when the oldest of them does, and how many were given up."""

    waiting: int
    oldest: datetime | None
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to one recipient. The `id` is the same each time the same message is sent."""

    id: MessageId
    to: str
    subject: str
    text: str
    html: str
    locale: str
    created_at: datetime

    def __post_init__(self) -> None:
        if _MAILABLE.fullmatch(self.to) is None:
            raise ValueError("a mail has exactly one recipient, in ASCII")
        if not self.subject.strip() or not self.subject.isprintable():
            raise ValueError("a subject is one line that can be printed")


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server has taken the mail: it is theirs to deliver now."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The mail was not taken, and may be another time. `reason` is for an operator, and holds no secret."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The mail will never be taken: there is no such mailbox. `reason` is for an operator, and holds no secret."""

    reason: str


type Answer = Sent | Deferred | Refused


class Outcome(StrEnum):
    """What came of one attempt."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    """There is no such mailbox: it is dead, and nobody need be woken for it."""
    GIVEN_UP = "given_up"
    """It was tried often enough: it is dead, and somebody should look."""
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"
    """The claim had run out: another may have sent it, and says what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, told without a secret and without an address."""

    message_id: MessageId
    kind: str
    number: int
    outcome: Outcome
