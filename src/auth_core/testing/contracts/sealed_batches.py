"""What every chain of sealed batches promises."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from auth_core.assembly import Tx
from auth_core.audit.chain import Batch, SealedBatch, Signature, next_batch
from auth_core.audit.policy import Span
from auth_core.audit.recorded import RecordedEvent
from auth_core.testing.builders import an_event
from auth_core.testing.contracts.arrangement import sealed
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import LONG_AGO, NOON


class SealedBatchesContract:
    """Subclass it and provide the fixture `storage`. Its tests take turns with the batches of one chain."""

    async def test_a_batch_comes_back_as_it_was_appended(self, storage: Storage) -> None:
        last = await sealed(storage)
        batch = next_batch(last, await _new_events(storage, 3), seen_until=last.seen_until, sealed_at=NOON)
        appended = SealedBatch(batch=batch, signature=Signature(key_id="a key", mac=b"\x00\xff" * 16))

        added = await in_transaction(storage, lambda tx: tx.sealed_batches.append(appended))

        assert added
        assert await in_transaction(storage, lambda tx: tx.sealed_batches.last()) == appended
        assert await _following(storage, last.number) == [appended]

    async def test_a_batch_is_appended_exactly_when_its_transaction_is(self, storage: Storage) -> None:
        last = await sealed(storage)

        await roll_back(storage, lambda tx: tx.sealed_batches.append(_after(last)))

        assert await _following(storage, last.number) == []

    async def test_a_number_is_given_once(self, storage: Storage) -> None:
        first = _after(await sealed(storage))
        second = replace(first, signature=Signature(key_id="another", mac=bytes(32)))

        added = await in_transaction(storage, lambda tx: tx.sealed_batches.append(first))
        again = await in_transaction(storage, lambda tx: tx.sealed_batches.append(second))

        assert added
        assert not again
        assert await _following(storage, first.batch.number - 1) == [first]

    async def test_of_many_who_append_a_number_at_once_one_does(self, storage: Storage) -> None:
        batch = _after(await sealed(storage))

        added = await race(10, lambda: in_transaction(storage, lambda tx: tx.sealed_batches.append(batch)))

        assert added.count(True) == 1

    async def test_a_number_is_free_once_whoever_wanted_it_first_has_rolled_back(self, storage: Storage) -> None:
        batch = _after(await sealed(storage))

        async def append(tx: Tx) -> bool:
            return await tx.sealed_batches.append(batch)

        assert await while_open(storage, append, lambda: in_transaction(storage, append), rolled_back=True)

    async def test_batches_follow_each_other_in_the_order_of_their_numbers(self, storage: Storage) -> None:
        before = await sealed(storage)
        batches = [await sealed(storage) for _ in range(3)]

        some = await _following(storage, before.number, limit=2)
        rest = await _following(storage, some[-1].batch.number)

        assert [each.batch for each in (*some, *rest)] == batches

    async def test_what_is_over_is_told_by_how_far_a_batch_has_seen(self, storage: Storage) -> None:
        first = await _appended_after(storage, await sealed(storage))
        second = await _appended_after(storage, first)
        shortly_before = second.seen_until - timedelta(microseconds=1)

        for recorded_until, over in ((second.seen_until, second.number), (shortly_before, first.number)):
            assert await _newest_over(storage, recorded_until) == over
        assert await _newest_over(storage, LONG_AGO) is None

    async def test_the_oldest_are_emptied_one_by_one_and_the_chain_stays(self, storage: Storage) -> None:
        first, second = await sealed(storage), await sealed(storage)
        emptied = await _emptied(storage, through=first.number)
        nothing_left = await _empty_oldest(storage, through=first.number)

        now = [each.batch for each in await _following(storage, first.number - 1)]
        assert emptied[-1] == first.count
        assert nothing_left is None
        assert now == [replace(first, entries=None), second]
        assert now[0].head == second.previous
        assert await _events_of(storage, first) == []
        assert len(await _events_of(storage, second)) == second.count

    async def test_what_is_emptied_is_not_over_once_more(self, storage: Storage) -> None:
        batch = await sealed(storage)
        before = await _newest_over(storage, batch.seen_until)
        await _emptied(storage, through=batch.number)

        assert before == batch.number
        assert await _newest_over(storage, batch.seen_until) is None

    async def test_of_many_who_empty_a_batch_at_once_one_does(self, storage: Storage) -> None:
        batch = await sealed(storage)
        await _emptied(storage, through=batch.number - 1)

        emptied = await race(5, lambda: _empty_oldest(storage, through=batch.number))

        assert sorted(each for each in emptied if each is not None) == [batch.count]

    async def test_a_batch_is_emptied_exactly_when_its_transaction_is(self, storage: Storage) -> None:
        batch = await sealed(storage)
        await _emptied(storage, through=batch.number - 1)

        await roll_back(storage, lambda tx: tx.sealed_batches.empty_oldest(through=batch.number))

        assert len(await _events_of(storage, batch)) == batch.count

    async def test_whoever_owns_the_store_may_empty_it(self, storage: Storage) -> None:
        assert await in_transaction(storage, lambda tx: tx.sealed_batches.may_be_emptied())

    async def test_room_that_is_there_is_not_made_again(self, storage: Storage) -> None:
        async def make_room() -> int:
            return await in_transaction(storage, lambda tx: tx.sealed_batches.make_room(span=Span.WEEK, ahead=26))

        await race(3, make_room)

        assert await make_room() == 0


def _after(last: Batch) -> SealedBatch:
    """Return an empty batch that follows."""
    batch = next_batch(last, [], seen_until=last.seen_until + timedelta(microseconds=1), sealed_at=NOON)
    return SealedBatch(batch=batch, signature=Signature(key_id="a key", mac=bytes(32)))


async def _appended_after(storage: Storage, last: Batch) -> Batch:
    batch = _after(last)
    assert await in_transaction(storage, lambda tx: tx.sealed_batches.append(batch))
    return batch.batch


async def _new_events(storage: Storage, count: int) -> Sequence[RecordedEvent]:
    events = [an_event(None) for _ in range(count)]

    async def record_all(tx: Tx) -> Sequence[RecordedEvent]:
        for event in events:
            await tx.audit.record(event)
        return await tx.recorded_events.find([event.id for event in events])

    return sorted(await in_transaction(storage, record_all), key=lambda event: event.mark)


async def _following(storage: Storage, number: int, *, limit: int = 100) -> Sequence[SealedBatch]:
    return list(await in_transaction(storage, lambda tx: tx.sealed_batches.following(number, limit=limit)))


async def _newest_over(storage: Storage, recorded_until: datetime) -> int | None:
    return await in_transaction(storage, lambda tx: tx.sealed_batches.newest_over(recorded_until=recorded_until))


async def _empty_oldest(storage: Storage, *, through: int) -> int | None:
    return await in_transaction(storage, lambda tx: tx.sealed_batches.empty_oldest(through=through))


async def _emptied(storage: Storage, *, through: int) -> list[int]:
    """Empty all batches up to this number, and return how many events each had."""
    emptied: list[int] = []
    while (events := await _empty_oldest(storage, through=through)) is not None:
        emptied.append(events)
    return emptied


async def _events_of(storage: Storage, batch: Batch) -> Sequence[RecordedEvent]:
    ids = [entry.id for entry in batch.entries or ()]
    return await in_transaction(storage, lambda tx: tx.recorded_events.find(ids))
