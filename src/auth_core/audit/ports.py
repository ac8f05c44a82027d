"""Where audit events go, and where they are found again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from auth_core.audit.chain import Batch, SealedBatch, Signature
from auth_core.audit.events import AuditEvent
from auth_core.audit.recorded import EventFilter, Mark, Order, Place, RecordedEvent
from auth_core.ids import EventId, UserId


class AuditTrail(Protocol):
    """The record of what happened. Events are added, never changed."""

    async def record(self, event: AuditEvent) -> None:
        """Add `event`; it is kept exactly when the surrounding transaction commits.

        The store adds the moment of recording, by its own clock, and a salt nobody can guess.
        """
        ...

    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        """Add many events, as `record` does each, in their order."""
        ...

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        """Return the newest events that happened to `subject`, newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """Events in the order of recording, and up to which moment of recording the store was seen with them."""

    events: Sequence[RecordedEvent]
    seen_until: datetime


class RecordedEvents(Protocol):
    """The same record, to be read; and the erasing of what is personal in it."""

    async def page(
        self, which: EventFilter, *, after: Place | None, limit: int, order: Order
    ) -> Sequence[RecordedEvent]:
        """Return up to `limit` events by when they happened, those that follow `after` in the order asked for."""
        ...

    async def recorded(self, *, after: Mark | None, limit: int) -> Sequence[RecordedEvent]:
        """Return up to `limit` events in the order of recording, those that follow `after`."""
        ...

    async def find(self, ids: Collection[EventId]) -> Sequence[RecordedEvent]:
        """Return those of these events that there are, in any order."""
        ...

    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        """Return the first events in no batch, the oldest first; None when there are none.

        Looked at is what was recorded later than `lateness` before `last` had seen the store; everything when there
        is no batch yet.
        """
        ...

    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        """Remove origin, details and salt of the event, for good, and leave a digest; False when they are gone."""
        ...


class SealedBatches(Protocol):
    """The chain of batches. They are added, never changed; their events may be removed, the oldest first."""

    async def last(self) -> SealedBatch | None:
        """Return the newest batch."""
        ...

    async def append(self, sealed: SealedBatch) -> bool:
        """Add the batch; False when there is one of this number. Of any number of simultaneous calls one gets True."""
        ...

    async def following(self, number: int, *, limit: int) -> Sequence[SealedBatch]:
        """Return up to `limit` batches with higher numbers than this, in their order."""
        ...

    async def newest_over(self, *, recorded_until: datetime) -> int | None:
        """Return the number of the newest batch that holds nothing recorded after this; None when that is empty."""
        ...

    async def empty_oldest(self, *, through: int) -> int | None:
        """Remove the events and the entries of the oldest batch that has them, of those up to number `through`.

        Return how many events that were; None when no such batch is left.
        """
        ...

    async def may_be_emptied(self) -> bool:
        """Say whether the store lets us remove or change anything at all."""
        ...


class Judgement(Enum):
    """What is found of a signature."""

    VALID = auto()
    INVALID = auto()
    UNKNOWN_KEY = auto()
    """It was made with a key that we do not have."""


class HeadSigner(Protocol):
    """Signs heads of the chain with a key that is not in the store. Costs microseconds."""

    def sign(self, head: bytes) -> Signature:
        """Return the signature under the current key."""
        ...

    def judge(self, head: bytes, signature: Signature) -> Judgement:
        """Say whether one of our keys has signed this head."""
        ...


class AuditTx(Protocol):
    """The transaction slice of this room."""

    @property
    def audit(self) -> AuditTrail: ...


class TrailTx(AuditTx, Protocol):
    """The trail with everything that is done to it afterwards."""

    @property
    def recorded_events(self) -> RecordedEvents: ...

    @property
    def sealed_batches(self) -> SealedBatches: ...
