"""The audit trail, in memory."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from auth_adapters.memory.store import Recording, Tables
from auth_core.audit.chain import Batch, SealedBatch
from auth_core.audit.events import AuditEvent
from auth_core.audit.ports import Unsealed
from auth_core.audit.recorded import EventFilter, Mark, Order, Place, RecordedEvent
from auth_core.ids import EventId, UserId
from auth_core.origin import Origin

_TICK: Final = timedelta(microseconds=1)


class MemoryAuditTrail:
    """The record of what happened."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def record(self, event: AuditEvent) -> None:
        self._tables.events[event.id] = replace(event, details=MappingProxyType(dict(event.details)))
        # The store has no clock of its own: it goes by the events', and never back, since transactions take turns.
        before = [each.recorded_at for each in self._newest(self._tables.recordings)]
        before += [each.batch.seen_until for each in self._newest(self._tables.batches)]
        recorded_at = max([event.at, *(moment + _TICK for moment in before)])
        self._tables.recordings[event.id] = Recording(recorded_at=recorded_at, salt=secrets.token_bytes(16))

    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        for event in events:
            await self.record(event)

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        # Of events of one moment, too, the one recorded last comes first.
        latest_first = reversed(self._tables.events.values())
        theirs = (event for event in latest_first if event.subject == subject)
        return sorted(theirs, key=lambda event: event.at, reverse=True)[:limit]

    def _newest[Value](self, table: dict[Any, Value]) -> Iterable[Value]:
        return islice(reversed(table.values()), 1)


class MemoryRecordedEvents:
    """The same record, to be read, and what is personal in it erased."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def page(
        self, which: EventFilter, *, after: Place | None, limit: int, order: Order
    ) -> Sequence[RecordedEvent]:
        newest_first = order is Order.NEWEST_FIRST
        found = sorted(filter(which.fits, self._all()), key=lambda event: event.place, reverse=newest_first)
        return [
            event for event in found if after is None or (event.place < after if newest_first else event.place > after)
        ][:limit]

    async def recorded(self, *, after: Mark | None, limit: int) -> Sequence[RecordedEvent]:
        return [event for event in self._in_order() if after is None or event.mark > after][:limit]

    async def find(self, ids: Collection[EventId]) -> Sequence[RecordedEvent]:
        return [event for event in self._all() if event.id in ids]

    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        sealed = {entry.id for each in self._tables.batches.values() for entry in each.batch.entries or ()}
        looked_at = [
            event for event in self._in_order() if last is None or event.recorded_at > last.seen_until - lateness
        ]
        events = [event for event in looked_at if event.id not in sealed][:limit]
        if not events:
            return None
        return Unsealed(events=events, seen_until=events[-1].recorded_at)

    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        recording = self._tables.recordings.get(event_id)
        if recording is None or recording.personal_digest is not None:
            return False
        emptied = replace(self._tables.events[event_id], origin=Origin(), details=MappingProxyType({}))
        self._tables.events[event_id] = emptied
        self._tables.recordings[event_id] = replace(recording, salt=None, personal_digest=leaving)
        return True

    def _in_order(self) -> Sequence[RecordedEvent]:
        return sorted(self._all(), key=lambda event: event.mark)

    def _all(self) -> Sequence[RecordedEvent]:
        return [_recorded(event, self._tables.recordings[event.id]) for event in self._tables.events.values()]


class MemorySealedBatches:
    """The chain of batches."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def last(self) -> SealedBatch | None:
        return self._tables.batches[max(self._tables.batches)] if self._tables.batches else None

    async def append(self, sealed: SealedBatch) -> bool:
        if sealed.batch.number in self._tables.batches:
            return False
        self._tables.batches[sealed.batch.number] = sealed
        return True

    async def following(self, number: int, *, limit: int) -> Sequence[SealedBatch]:
        return [self._tables.batches[each] for each in sorted(self._tables.batches) if each > number][:limit]

    async def newest_over(self, *, recorded_until: datetime) -> int | None:
        over = [each.batch for each in self._tables.batches.values() if each.batch.seen_until <= recorded_until]
        newest = max(over, key=lambda batch: batch.number, default=None)
        return None if newest is None or newest.entries is None else newest.number

    async def empty_oldest(self, *, through: int) -> int | None:
        for sealed in await self.following(0, limit=through):
            entries = sealed.batch.entries
            if entries is not None and sealed.batch.number <= through:
                for entry in entries:
                    self._tables.events.pop(entry.id, None)
                    self._tables.recordings.pop(entry.id, None)
                emptied = replace(sealed, batch=replace(sealed.batch, entries=None))
                self._tables.batches[sealed.batch.number] = emptied
                return len(entries)
        return None

    async def may_be_emptied(self) -> bool:
        return True


def _recorded(event: AuditEvent, recording: Recording) -> RecordedEvent:
    return RecordedEvent(
        id=event.id,
        kind=event.kind,
        outcome=event.outcome,
        at=event.at,
        recorded_at=recording.recorded_at,
        actor=event.actor,
        subject=event.subject,
        session_id=event.session_id,
        address=event.origin.address,
        user_agent=event.origin.user_agent,
        request_id=event.origin.request_id,
        details=event.details,
        salt=recording.salt,
        personal_digest=recording.personal_digest,
    )
