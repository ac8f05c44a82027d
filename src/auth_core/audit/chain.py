"""The chain of sealed batches: each names the head of the one before it, and so vouches for everything earlier."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from auth_core.audit.digests import content_digest, spelt, ticks
from auth_core.audit.recorded import RecordedEvent
from auth_core.ids import EventId

_BATCH: Final = "auth-service audit batch 1"

NO_HEAD: Final = bytes(32)
"""What the first batch names in the place of a head before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a batch keeps of one event: which it is, its place in both orders, and the digest of what it says."""

    id: EventId
    at: datetime
    recorded_at: datetime
    content: bytes

    @classmethod
    def of(cls, event: RecordedEvent) -> Self:
        """Return the entry for `event` as it is now."""
        return cls(id=event.id, at=event.at, recorded_at=event.recorded_at, content=content_digest(event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A message authentication code, and which of our keys it was made with."""

    key_id: str
    mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events that are sealed together, in the order of recording.

    `seen_until` says up to which moment of recording the sealer had seen; it never goes back. `entries` are None once
    the events have been removed because of their age: what was removed is still in the chain through `digest`.
    """

    number: int
    count: int
    digest: bytes
    seen_until: datetime
    sealed_at: datetime
    previous: bytes
    entries: tuple[Entry, ...] | None

    @property
    def head(self) -> bytes:
        """The digest of everything up to and including this batch."""
        return hashlib.sha256(
            spelt(
                _BATCH,
                self.number,
                self.count,
                self.digest.hex(),
                ticks(self.seen_until),
                ticks(self.sealed_at),
                self.previous.hex(),
            )
        ).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBatch:
    """A batch with our signature over its head."""

    batch: Batch
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is taken out of the trail so that nobody can cut it or write it anew unnoticed: how far it goes, to what."""

    number: int
    head: bytes
    sealed_at: datetime


def entries_digest(entries: Iterable[Entry]) -> bytes:
    """Return the digest of a list of entries, each of which takes 64 bytes."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(entry.id.bytes + struct.pack(">qq", ticks(entry.at), ticks(entry.recorded_at)) + entry.content)
    return digest.digest()


def next_batch(
    before: Batch | None, events: Sequence[RecordedEvent], *, seen_until: datetime, sealed_at: datetime
) -> Batch:
    """Return the batch of `events` that follows `before`."""
    entries = tuple(map(Entry.of, events))
    return Batch(
        number=before.number + 1 if before else 1,
        count=len(entries),
        digest=entries_digest(entries),
        seen_until=max(seen_until, before.seen_until) if before else seen_until,
        sealed_at=sealed_at,
        previous=before.head if before else NO_HEAD,
        entries=entries,
    )
