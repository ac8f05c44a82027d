"""Verify that the trail is what it was when it was sealed."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth_core.audit.chain import Batch, Head, SealedBatch
from auth_core.audit.inspection import Inspection
from auth_core.audit.policy import AuditPolicy
from auth_core.audit.ports import HeadSigner, TrailTx
from auth_core.audit.recorded import Mark, RecordedEvent
from auth_core.audit.verdict import Broken, Damage, Verdict
from auth_core.ids import EventId
from auth_core.unit_of_work import UnitOfWork

_BATCHES: Final = 20
_EVENTS: Final = 1000

type Progress = Callable[[int, int], None]
"""Told after each batch how many were looked at, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTrail:
    """Read the whole trail once, in the order of recording, beside the chain; nothing has to stand still for it."""

    uow: UnitOfWork[TrailTx]
    signer: HeadSigner
    policy: AuditPolicy

    async def __call__(self, *, exported: Head | None = None, on_progress: Progress | None = None) -> Verdict:
        """Return what is found. `exported` is a head taken out before: the chain must still lead through it."""
        while True:
            verdict = await self._look(exported, on_progress)
            match verdict:
                case Broken(what=Damage.DELETED) if await self._was_removed(verdict.batch):
                    continue  # because of its age, by order, while we looked
                case Broken(what=Damage.INSERTED, event=event_id) if event_id is not None:
                    return await self._moved_back(event_id, verdict.batch) or verdict
                case _:
                    return verdict

    async def _look(self, exported: Head | None, on_progress: Progress | None) -> Verdict:
        inspection = Inspection(signer=self.signer, lateness=self.policy.lateness, exported=exported)
        async with self.uow() as tx:
            newest = await tx.sealed_batches.last()  # before any event: what it seals is there by then
        total = newest.batch.number if newest else 0
        reading = _Reading(uow=self.uow)
        while inspection.batches < total:
            batches = await self._batches_after(inspection.batches, total)
            if not batches:  # they were there when we began
                return Broken(what=Damage.MISSING, batch=inspection.batches + 1)
            for sealed in batches:
                broken = inspection.link(sealed)
                if broken is None:
                    inspection.see(await reading.until(sealed.batch.seen_until))
                    broken = await self._contents(inspection, sealed.batch)
                if broken is not None:
                    return broken
                if on_progress is not None:
                    on_progress(inspection.batches, total)
        unsealed = len(inspection.floating)
        while page := await reading.page():
            inspection.floating.clear()
            inspection.see(page)
            unsealed += len(page)
        return inspection.end(unsealed=unsealed)

    async def _batches_after(self, number: int, total: int) -> Sequence[SealedBatch]:
        async with self.uow() as tx:
            return await tx.sealed_batches.following(number, limit=min(_BATCHES, total - number))

    async def _contents(self, inspection: Inspection, batch: Batch) -> Broken | None:
        missing = inspection.missing_from(batch)
        found: Sequence[RecordedEvent] = ()
        if missing:
            async with self.uow() as tx:
                found = await tx.recorded_events.find(missing)
        return inspection.contents(batch, elsewhere={event.id: event for event in found})

    async def _was_removed(self, number: int) -> bool:
        async with self.uow() as tx:
            batches = await tx.sealed_batches.following(number - 1, limit=1)
        return bool(batches) and batches[0].batch.entries is None

    async def _moved_back(self, event_id: EventId, number: int) -> Broken | None:
        """Find a later batch that holds the event, which then stands too early and was not inserted."""
        while True:
            async with self.uow() as tx:
                batches = await tx.sealed_batches.following(number, limit=_BATCHES)
            for sealed in batches:
                if any(entry.id == event_id for entry in sealed.batch.entries or ()):
                    return Broken(what=Damage.REORDERED, batch=sealed.batch.number, event=event_id)
            if not batches:
                return None
            number = batches[-1].batch.number


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Goes through all events in the order of recording, once."""

    uow: UnitOfWork[TrailTx]
    _after: Mark | None = None
    _unread: Sequence[RecordedEvent] = ()

    async def page(self) -> Sequence[RecordedEvent]:
        """Return some of the events that follow; none when there are none."""
        page, self._unread = self._unread, ()
        if not page:
            async with self.uow() as tx:
                page = await tx.recorded_events.recorded(after=self._after, limit=_EVENTS)
        if page:
            self._after = page[-1].mark
        return page

    async def until(self, moment: datetime) -> Sequence[RecordedEvent]:
        """Return all that follow and were recorded up to this moment."""
        seen: list[RecordedEvent] = []
        while page := await self.page():
            end = bisect_right(page, moment, key=lambda event: event.recorded_at)
            seen += page[:end]
            if end < len(page):
                self._unread = page[end:]
                break
        return seen
