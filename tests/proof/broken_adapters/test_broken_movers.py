"""The contract notices stores that take people in as they should not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory.audit import MemoryAuditTrail
from auth_adapters.memory.movers import MemoryMovers
from auth_core.audit.events import AuditEvent, EventKind
from auth_core.ids import UserId
from auth_core.testing.contracts.audit_trail import AuditTrailContract
from auth_core.testing.contracts.movers import MoversContract
from auth_core.testing.contracts.storage import Storage
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.moving import Mover, Resident
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.contracts.mutation import caught_by


class ForgetsRoles(MemoryMovers):
    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        return await super().add([replace(mover, roles=()) for mover in movers], now=now)


@caught_by("test_who_is_added_comes_back_with_all_they_brought")
class TestForgetsRoles(MoversContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(movers=ForgetsRoles)


class BringsTheErasedBack(MemoryMovers):
    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        events = {key: each for key, each in self._tables.events.items() if each.kind is EventKind.USER_ERASED}
        for key in events:
            del self._tables.events[key]
        added = await super().add(movers, now=now)
        self._tables.events.update(events)
        return added


@caught_by("test_whoever_was_erased_does_not_come_back")
class TestBringsTheErasedBack(MoversContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(movers=BringsTheErasedBack)


class TellsThatAllWereAdded(MemoryMovers):
    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        await super().add(movers, now=now)
        return [mover.user.id for mover in movers]


@caught_by(
    "test_whoever_has_an_address_keeps_it_and_the_others_come_in",
    "test_whoever_has_an_identity_keeps_it",
    "test_whoever_was_erased_does_not_come_back",
    "test_of_many_who_add_the_same_people_at_once_one_does",
)
class TestTellsThatAllWereAdded(MoversContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(movers=TellsThatAllWereAdded)


class TakesEverybodyForImported(MemoryMovers):
    async def residents(self, emails: Collection[CanonicalEmail]) -> Mapping[CanonicalEmail, Resident]:
        return {email: replace(each, imported=True) for email, each in (await super().residents(emails)).items()}


@caught_by("test_residents_are_told_apart_by_whether_they_were_imported")
class TestTakesEverybodyForImported(MoversContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(movers=TakesEverybodyForImported)


class SkipsTheFirstOfAPage(MemoryMovers):
    async def page(self, *, after: UserId | None, limit: int) -> Sequence[Mover]:
        return (await super().page(after=after, limit=limit + 1))[1:]


@caught_by("test_everybody_is_counted_and_paged_through_once")
class TestSkipsTheFirstOfAPage(MoversContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(movers=SkipsTheFirstOfAPage)


class RecordsTheFirstOnly(MemoryAuditTrail):
    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        await super().record_all(events[:1])


@caught_by("test_many_events_are_kept_at_once")
class TestRecordsTheFirstOnly(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=RecordsTheFirstOnly)
