"""Webhooks: where programs elsewhere are told what happened, and what becomes of each telling."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.ids import EventId, MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.redacted import Redacted
from auth_core.webhooks.catalogue import EVERYTHING

MOST_REPLACED: Final = 3
"""So many replaced secrets of a webhook sign beside the present one; one that was replaced before them does not."""


class DisabledBecause(StrEnum):
    """Why nothing is sent to a webhook."""

    OPERATOR = "operator"
    """Somebody has disabled it."""
    GONE = "gone"
    """The receiver has answered 410: it wants to be told nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """The secret of a webhook as it is stored. It opens for this webhook only."""

    webhook_id: WebhookId
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedSecret:
    """A secret that another has taken the place of: what is sent is signed with it as well, until the given moment."""

    secret: SealedSecret
    good_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of events of some types, or of all (`*`). Its description is for people.

    `replaced` has the secret that was replaced last first.
    """

    id: WebhookId
    url: str
    description: str
    types: frozenset[str]
    created_at: datetime
    secret: SealedSecret
    secret_made_at: datetime
    replaced: tuple[ReplacedSecret, ...] = ()
    disabled_at: datetime | None = None
    disabled_because: DisabledBecause | None = None

    def wants(self, kind: EventKind) -> bool:
        """Say whether it is to be told of events of this kind, as things stand."""
        return self.disabled_at is None and bool({kind.value, EVERYTHING} & self.types)

    def signing(self, now: datetime) -> tuple[SealedSecret, ...]:
        """Return the secrets that sign what is sent now, the present one first."""
        return (self.secret, *(each.secret for each in self.replaced if each.good_until > now))


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedWebhook:
    """A webhook, and its new secret (`whsec_…`), which nobody can ever be told again."""

    webhook: Webhook
    secret: Redacted[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook. It names the event and holds nothing of it: what is sent is read then.

    `due_at` is when it is to be sent, at the earliest; of a claimed one it is when the claim runs out. `attempts` are
    those that have begun.
    """

    id: MessageId
    webhook_id: WebhookId
    event_id: EventId
    kind: str
    due_at: datetime
    attempts: int

    @property
    def expires_at(self) -> datetime | None:
        """When it is not true any more: what has happened stays so."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDelivery:
    """What has become of a delivery. `event_id` is the `webhook-id` its receiver sees, whichever attempt it is."""

    id: MessageId
    webhook_id: WebhookId
    event_id: EventId
    kind: str
    state: State
    attempts: int
    created_at: datetime
    due_at: datetime
    over_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What is posted to a receiver."""

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The receiver has answered, with this status of HTTP. `wait` is how long it wants to be left alone, if it does."""

    status: int
    wait: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Unreached:
    """There was no answer. `reason` is for an operator, and quotes nothing of what was sent or came back."""

    reason: str


type Response = Answered | Unreached


def in_words(response: Response) -> str:
    """Return what a response was, for an operator."""
    match response:
        case Answered(status=status):
            return f"The receiver answered {status}."
        case Unreached(reason):
            return reason
