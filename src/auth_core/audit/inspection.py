"""Holding what is there against what was sealed, batch by batch. Pure: it is given both, and remembers little."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auth_core.audit.chain import NO_HEAD, Batch, Entry, Head, SealedBatch, entries_digest
from auth_core.audit.digests import content_digest
from auth_core.audit.events import EventKind
from auth_core.audit.ports import HeadSigner, Judgement
from auth_core.audit.recorded import Mark, RecordedEvent
from auth_core.audit.verdict import Broken, Damage, Verdict, Whole
from auth_core.ids import EventId, UserId


@dataclass(slots=True, kw_only=True)
class Inspection:
    """What has been seen so far of a trail.

    `floating` are events that were seen and are in no batch yet: those committed late, which are in one of the next
    batches, and what was inserted, which is in none.
    """

    signer: HeadSigner
    lateness: timedelta
    exported: Head | None
    batches: int = 0
    emptied: int = 0
    events: int = 0
    erased: int = 0
    floating: dict[EventId, RecordedEvent] = field(default_factory=dict[EventId, RecordedEvent])
    _head: bytes = NO_HEAD
    _unproven: int | None = None
    _erased: dict[frozenset[UserId], tuple[Mark, Broken]] = field(
        default_factory=dict[frozenset[UserId], tuple[Mark, Broken]]
    )
    _ordered: dict[UserId, Mark] = field(default_factory=dict[UserId, Mark])
    _emptied_through: int = 0

    def see(self, events: Iterable[RecordedEvent]) -> None:
        """Take note of events that are there, before the batch is looked at that should hold them."""
        for event in events:
            self.floating[event.id] = event
            if event.kind == EventKind.TRAIL_ERASED and event.subject is not None:
                self._ordered[event.subject] = event.mark
            through = event.details.get("through")
            if event.kind == EventKind.TRAIL_SHORTENED and isinstance(through, int):
                self._emptied_through = max(self._emptied_through, through)

    def missing_from(self, batch: Batch) -> Sequence[EventId]:
        """Return the events of the batch that were not seen where they should be."""
        return [entry.id for entry in batch.entries or () if entry.id not in self.floating]

    def link(self, sealed: SealedBatch) -> Broken | None:
        """Look at a batch as a link of the chain: its number, the head before it, its signature, its list of events."""
        batch = sealed.batch
        number = self.batches + 1
        if batch.number != number:
            return Broken(what=Damage.MISSING, batch=number)
        judgement = self.signer.judge(batch.head, sealed.signature)
        if batch.previous != self._head or judgement is Judgement.INVALID:
            return Broken(what=Damage.FORGED, batch=number)
        if self.exported is not None and self.exported.number == number and self.exported.head != batch.head:
            return Broken(what=Damage.REPLACED, batch=number)
        # Under a key that is gone anybody may have signed; a later head under one of ours vouches for all before it.
        unproven = number if self._unproven is None else self._unproven
        self._unproven = unproven if judgement is Judgement.UNKNOWN_KEY else None
        self._head, self.batches = batch.head, number
        return self._list_of(batch)

    def _list_of(self, batch: Batch) -> Broken | None:
        if batch.entries is None:
            if self.emptied != batch.number - 1:  # only the oldest are removed
                return Broken(what=Damage.EMPTIED, batch=batch.number)
            self.emptied = batch.number
            return None
        if len(batch.entries) == batch.count and entries_digest(batch.entries) == batch.digest:
            return None
        in_order = sorted(batch.entries, key=lambda entry: (entry.recorded_at, entry.id))
        is_order_alone = entries_digest(in_order) == batch.digest
        return Broken(what=Damage.REORDERED if is_order_alone else Damage.FORGED, batch=batch.number)

    def contents(self, batch: Batch, *, elsewhere: Mapping[EventId, RecordedEvent]) -> Broken | None:
        """Look at the events of a batch that is a sound link. `elsewhere` are those not seen where they should be."""
        entries = batch.entries or ()
        whose = {entry.content: entry.id for entry in entries}
        for entry in entries:
            event = self.floating.pop(entry.id, None) or elsewhere.get(entry.id)
            what = Damage.DELETED if event is None else _damage(event, entry, whose)
            if event is None or what is not None:
                return Broken(what=what or Damage.DELETED, batch=batch.number, event=entry.id)
            self._count(event, batch.number)
        return self._inserted(batch.seen_until - self.lateness)

    def end(self, *, unsealed: int) -> Verdict:
        """Return the verdict, after the last batch and whatever was recorded since."""
        number = self.batches + 1
        if self.exported is not None and self.exported.number >= number:
            return Broken(what=Damage.MISSING, batch=number)
        if self._unproven is not None:
            return Broken(what=Damage.FORGED, batch=self._unproven)
        if self.emptied > self._emptied_through:
            return Broken(what=Damage.EMPTIED, batch=self._emptied_through + 1)
        for people, (mark, place) in self._erased.items():
            if not any(person in self._ordered and mark < self._ordered[person] for person in people):
                return place
        return Whole(
            batches=self.batches, emptied=self.emptied, events=self.events, erased=self.erased, unsealed=unsealed
        )

    def _count(self, event: RecordedEvent, batch: int) -> None:
        self.events += 1
        if not event.is_erased:
            return
        self.erased += 1
        # Of an order itself nothing is ever erased. Of all else the newest matters: an order comes later in the trail.
        nobody = event.kind == EventKind.TRAIL_ERASED
        people = frozenset(each for each in (event.subject, event.actor) if each is not None and not nobody)
        self._erased[people] = (event.mark, Broken(what=Damage.ERASED, batch=batch, event=event.id))

    def _inserted(self, sealed_for_good: datetime) -> Broken | None:
        """Find an event that no batch holds and none to come will."""
        late = [event for event in self.floating.values() if event.recorded_at <= sealed_for_good]
        if not late:
            return None
        return Broken(what=Damage.INSERTED, batch=self.batches, event=min(late, key=lambda event: event.mark).id)


def _damage(event: RecordedEvent, entry: Entry, whose: Mapping[bytes, EventId]) -> Damage | None:
    content = content_digest(event)
    if content != entry.content:
        return Damage.REORDERED if content in whose else Damage.EDITED
    return None if (event.at, event.recorded_at) == (entry.at, entry.recorded_at) else Damage.REORDERED
