"""A trail in memory with people in it, and a hand that can reach into the store."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from auth_adapters.memory import FOR_TESTS, MemoryStore
from auth_adapters.memory.store import Recording
from auth_core import AuditPolicy, Policies
from auth_core.audit.chain import SealedBatch
from auth_core.audit.events import AuditEvent
from auth_core.audit.verdict import Broken, Verdict, Whole
from auth_core.ids import EventId
from tests.unit.core_in_memory import MINUTE, Core

LATENESS = AuditPolicy().lateness


def policies(*, batch: int = 1000, retention: timedelta | None = None) -> Policies:
    return replace(FOR_TESTS, audit=AuditPolicy(batch=batch, retention=retention))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    core: Core

    @classmethod
    async def make(cls, *, batch: int = 1000, retention: timedelta | None = None) -> Self:
        return cls(core=await Core.make(policies=policies(batch=batch, retention=retention)))

    @classmethod
    async def of_three_batches(cls) -> Self:
        """Three batches of three events or more, minutes apart."""
        trail = await cls.make()
        for _ in range(3):
            for _ in range(3):
                await trail.core.register()
                trail.core.clock.advance(MINUTE)
            await trail.core.auth.audit.seal()
        return trail

    @property
    def store(self) -> MemoryStore:
        return self.core.store

    def events_of(self, batch: int) -> list[EventId]:
        return [entry.id for entry in self.store.committed.batches[batch].batch.entries or ()]

    async def verdict(self) -> Verdict:
        return await self.core.auth.audit.verify()

    async def whole(self) -> Whole:
        verdict = await self.verdict()
        assert isinstance(verdict, Whole), verdict
        return verdict

    async def broken(self) -> Broken:
        verdict = await self.verdict()
        assert isinstance(verdict, Broken), verdict
        return verdict

    # ---- What somebody does who can write into the store

    def edit(self, event_id: EventId, change: Callable[[AuditEvent], AuditEvent]) -> None:
        self.store.committed.events[event_id] = change(self.store.committed.events[event_id])

    def edit_recording(self, event_id: EventId, change: Callable[[Recording], Recording]) -> None:
        self.store.committed.recordings[event_id] = change(self.store.committed.recordings[event_id])

    def edit_batch(self, number: int, change: Callable[[SealedBatch], SealedBatch]) -> None:
        self.store.committed.batches[number] = change(self.store.committed.batches[number])

    def delete(self, event_id: EventId) -> None:
        del self.store.committed.events[event_id]
        del self.store.committed.recordings[event_id]

    def insert_after(self, event_id: EventId, new: AuditEvent) -> None:
        """Add an event to the trail as if it had been recorded right after the other."""
        recording = self.store.committed.recordings[event_id]
        at = recording.recorded_at + timedelta(microseconds=1)
        self.store.committed.events[new.id] = replace(new, at=at)
        self.store.committed.recordings[new.id] = Recording(recorded_at=at, salt=bytes(16))
