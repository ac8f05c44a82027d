"""The contracts notice audit trails that do not read, erase or seal as they should."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from auth_adapters.memory.audit import MemoryAuditTrail, MemoryRecordedEvents, MemorySealedBatches
from auth_core.audit.chain import Batch, SealedBatch
from auth_core.audit.events import AuditEvent
from auth_core.audit.ports import Unsealed
from auth_core.audit.recorded import EventFilter, Mark, Order, Place, RecordedEvent
from auth_core.ids import EventId
from auth_core.testing import an_event
from auth_core.testing.contracts.recorded_events import RecordedEventsContract
from auth_core.testing.contracts.sealed_batches import SealedBatchesContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by

# ---- Reading


class OneSaltForAll(MemoryAuditTrail):
    async def record(self, event: AuditEvent) -> None:
        await super().record(event)
        self._tables.recordings[event.id] = replace(self._tables.recordings[event.id], salt=bytes(16))


@caught_by("test_every_event_has_a_salt_of_its_own")
class TestOneSaltForAll(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=OneSaltForAll)


class GoesByTheClocksOfItsWriters(MemoryAuditTrail):
    async def record(self, event: AuditEvent) -> None:
        await super().record(event)
        self._tables.recordings[event.id] = replace(self._tables.recordings[event.id], recorded_at=event.at)


@caught_by("test_events_stand_in_the_order_in_which_they_were_recorded_whatever_they_say")
class TestGoesByTheClocksOfItsWriters(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=GoesByTheClocksOfItsWriters)


class FindsEverything(MemoryRecordedEvents):
    async def find(self, ids: Collection[EventId]) -> Sequence[RecordedEvent]:
        return self._in_order()


@caught_by("test_only_what_there_is_is_found")
class TestFindsEverything(RecordedEventsContract):
    @pytest.fixture
    async def storage(self) -> Storage:
        storage = storage_with(recorded_events=FindsEverything)
        async with storage.uow() as tx:
            await tx.audit.record(an_event(None))
        return storage


class Pages(MemoryRecordedEvents):
    """A listing with one thing changed in what is asked of it."""

    def asked(self, which: EventFilter, after: Place | None, order: Order) -> tuple[EventFilter, Place | None, Order]:
        return which, after, order

    async def page(
        self, which: EventFilter, *, after: Place | None, limit: int, order: Order
    ) -> Sequence[RecordedEvent]:
        which, after, order = self.asked(which, after, order)
        return await super().page(which, after=after, limit=limit, order=order)


@pytest.mark.parametrize("ignored", ["subject", "actor", "kind", "outcome", "since", "until"])
@caught_by("test_each_filter_leaves_what_fits_in_both_orders")
class TestIgnoresAFilter(RecordedEventsContract):
    @pytest.fixture
    async def storage(self, ignored: str) -> Storage:
        class Ignoring(Pages):
            def asked(
                self, which: EventFilter, after: Place | None, order: Order
            ) -> tuple[EventFilter, Place | None, Order]:
                return replace(which, **{ignored: None}), after, order

        storage = storage_with(recorded_events=Ignoring)
        async with storage.uow() as tx:
            await tx.audit.record(an_event(None))
        return storage


class KnowsOneOrder(Pages):
    def asked(self, which: EventFilter, after: Place | None, order: Order) -> tuple[EventFilter, Place | None, Order]:
        return which, after, Order.NEWEST_FIRST


@caught_by(
    "test_each_filter_leaves_what_fits_in_both_orders", "test_pages_follow_each_other_without_a_gap_or_a_repetition"
)
class TestKnowsOneOrder(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=KnowsOneOrder)


class SkipsWhatIsOfTheSameMoment(MemoryRecordedEvents):
    async def page(
        self, which: EventFilter, *, after: Place | None, limit: int, order: Order
    ) -> Sequence[RecordedEvent]:
        page = await super().page(which, after=after, limit=1000, order=order)
        return [event for event in page if after is None or event.at != after.at][:limit]


@caught_by("test_pages_follow_each_other_without_a_gap_or_a_repetition")
class TestSkipsWhatIsOfTheSameMoment(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=SkipsWhatIsOfTheSameMoment)


# ---- What is to be sealed


class SealsEverythingAgain(MemoryRecordedEvents):
    """Whenever there is anything new."""

    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        new = await super().unsealed(last=last, lateness=lateness, limit=limit)
        return new and replace(new, events=await self.recorded(after=None, limit=limit))


@caught_by("test_what_is_in_no_batch_is_unsealed_and_nothing_else")
class TestSealsEverythingAgain(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=SealsEverythingAgain)


class GoesByTheLastOneOnly(MemoryRecordedEvents):
    """What was committed late is left out for good: the mistake of every first draft."""

    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        return await super().unsealed(last=last, lateness=timedelta(0), limit=limit)


@caught_by("test_what_is_recorded_too_long_before_is_not_to_be_sealed")
class TestGoesByTheLastOneOnly(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=GoesByTheLastOneOnly)


class LooksBackForEver(MemoryRecordedEvents):
    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        return await super().unsealed(last=None, lateness=lateness, limit=limit)


@caught_by("test_what_is_recorded_too_long_before_is_not_to_be_sealed")
class TestLooksBackForEver(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=LooksBackForEver)


class HasSeenMoreThanItTells(MemoryRecordedEvents):
    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        some = await super().unsealed(last=last, lateness=lateness, limit=limit)
        everything = await super().unsealed(last=last, lateness=lateness, limit=1000)
        return some and everything and replace(some, seen_until=everything.seen_until)


@caught_by("test_a_store_is_seen_up_to_the_newest_event_that_is_told")
class TestHasSeenMoreThanItTells(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=HasSeenMoreThanItTells)


# ---- Erasing


class KeepsTheSalt(MemoryRecordedEvents):
    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        recording = self._tables.recordings.get(event_id)
        erased = await super().erase(event_id, leaving=leaving)
        if erased and recording is not None:
            self._tables.recordings[event_id] = replace(recording, personal_digest=leaving)
        return erased


@caught_by("test_what_is_personal_is_erased_and_what_is_sealed_of_it_stays_the_same")
class TestKeepsTheSalt(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=KeepsTheSalt)


class LeavesNothing(MemoryRecordedEvents):
    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        return await super().erase(event_id, leaving=bytes(32))


@caught_by("test_what_is_personal_is_erased_and_what_is_sealed_of_it_stays_the_same")
class TestLeavesNothing(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=LeavesNothing)


class ErasesAgain(MemoryRecordedEvents):
    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        return await super().erase(event_id, leaving=leaving) or event_id in self._tables.events


@caught_by("test_an_event_is_erased_once")
class TestErasesAgain(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=ErasesAgain)


class ErasesWhatIsNotThere(MemoryRecordedEvents):
    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        return event_id not in self._tables.events or await super().erase(event_id, leaving=leaving)


@caught_by("test_what_is_not_there_is_not_erased")
class TestErasesWhatIsNotThere(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=ErasesWhatIsNotThere)


class ForgetsTheOrderOfRecording(MemoryRecordedEvents):
    async def recorded(self, *, after: Mark | None, limit: int) -> Sequence[RecordedEvent]:
        return (await super().recorded(after=after, limit=1000))[::-1][:limit]


@caught_by("test_events_stand_in_the_order_in_which_they_were_recorded_whatever_they_say")
class TestForgetsTheOrderOfRecording(RecordedEventsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(recorded_events=ForgetsTheOrderOfRecording)


# ---- The chain


class Replaces(MemorySealedBatches):
    async def append(self, sealed: SealedBatch) -> bool:
        is_new = sealed.batch.number not in self._tables.batches
        self._tables.batches[sealed.batch.number] = sealed
        return is_new


@caught_by("test_a_number_is_given_once")
class TestReplaces(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=Replaces)


class ChecksThenAppends(MemorySealedBatches):
    async def append(self, sealed: SealedBatch) -> bool:
        if sealed.batch.number in self._tables.batches:
            return False
        await gap()
        self._tables.batches[sealed.batch.number] = sealed
        return True


@caught_by("test_of_many_who_append_a_number_at_once_one_does")
class TestChecksThenAppends(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, sealed_batches=ChecksThenAppends)


class FollowsBackwards(MemorySealedBatches):
    async def following(self, number: int, *, limit: int) -> Sequence[SealedBatch]:
        return list(reversed(await super().following(number, limit=limit)))


@caught_by("test_batches_follow_each_other_in_the_order_of_their_numbers")
class TestFollowsBackwards(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=FollowsBackwards)


class KeepsTheEvents(MemorySealedBatches):
    async def empty_oldest(self, *, through: int) -> int | None:
        events, recordings = dict(self._tables.events), dict(self._tables.recordings)
        emptied = await super().empty_oldest(through=through)
        self._tables.events.update(events)
        self._tables.recordings.update(recordings)
        return emptied


@caught_by("test_the_oldest_are_emptied_one_by_one_and_the_chain_stays")
class TestKeepsTheEvents(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=KeepsTheEvents)


class ForgetsTheBatch(MemorySealedBatches):
    async def empty_oldest(self, *, through: int) -> int | None:
        emptied = await super().empty_oldest(through=through)
        if emptied is not None:
            del self._tables.batches[min(self._tables.batches)]
        return emptied


@caught_by("test_the_oldest_are_emptied_one_by_one_and_the_chain_stays")
class TestForgetsTheBatch(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=ForgetsTheBatch)


class EmptiesTheNewest(MemorySealedBatches):
    async def empty_oldest(self, *, through: int) -> int | None:
        return await super().empty_oldest(through=through + 1)


@caught_by("test_the_oldest_are_emptied_one_by_one_and_the_chain_stays")
class TestEmptiesTheNewest(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=EmptiesTheNewest)


class IsOverBeforeItIs(MemorySealedBatches):
    async def newest_over(self, *, recorded_until: datetime) -> int | None:
        return await super().newest_over(recorded_until=recorded_until + timedelta(microseconds=1))


@caught_by("test_what_is_over_is_told_by_how_far_a_batch_has_seen")
class TestIsOverBeforeItIs(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=IsOverBeforeItIs)


class IsOverForEver(MemorySealedBatches):
    async def newest_over(self, *, recorded_until: datetime) -> int | None:
        over = [each.batch.number for each in self._tables.batches.values() if each.batch.seen_until <= recorded_until]
        return max(over, default=None)


@caught_by("test_what_is_emptied_is_not_over_once_more")
class TestIsOverForEver(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=IsOverForEver)


class NeverGivesUpItsRights(MemorySealedBatches):
    async def may_be_emptied(self) -> bool:
        return False


@caught_by("test_whoever_owns_the_store_may_empty_it")
class TestNeverGivesUpItsRights(SealedBatchesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sealed_batches=NeverGivesUpItsRights)
