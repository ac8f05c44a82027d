"""What every audit trail promises to its readers, and to those whose data is in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from auth_core.assembly import Tx
from auth_core.audit.chain import Batch, next_batch
from auth_core.audit.digests import content_digest, personal_digest
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.audit.recorded import EventFilter, Mark, Order, RecordedEvent
from auth_core.ids import EventId, UserId
from auth_core.testing.builders import a_user, an_event
from auth_core.testing.contracts.arrangement import sealed
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON

_LATENESS = timedelta(minutes=10)


class RecordedEventsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_an_event_is_read_as_it_was_recorded(self, storage: Storage) -> None:
        event = an_event(a_user().id, session_id=None)
        await _record(storage, event)

        [read] = await _find(storage, event)
        assert (read.id, read.kind, read.outcome, read.at) == (event.id, event.kind, event.outcome, event.at)
        assert (read.actor, read.subject, read.session_id) == (event.actor, event.subject, None)
        assert (read.address, read.user_agent) == (event.origin.address, event.origin.user_agent)
        assert (read.request_id, dict(read.details)) == (event.origin.request_id, dict(event.details))
        assert not read.is_erased

    async def test_every_event_has_a_salt_of_its_own(self, storage: Storage) -> None:
        events = [an_event(a_user().id) for _ in range(3)]
        await _record(storage, *events)

        salts = {event.salt for event in await _find(storage, *events)}
        assert len(salts) == 3
        assert all(salt is not None and len(salt) >= 16 for salt in salts)

    async def test_only_what_there_is_is_found(self, storage: Storage) -> None:
        event = an_event(a_user().id)
        await _record(storage, event)

        assert [found.id for found in await _find(storage, event, an_event(None))] == [event.id]

    # ---- Listing

    async def test_each_filter_leaves_what_fits_in_both_orders(self, storage: Storage) -> None:
        subject, events = await _some_events(storage)
        kind, outcome, actor = EventKind(events[0].kind), Outcome(events[1].outcome), events[2].actor
        for which in (
            EventFilter(subject=subject),
            EventFilter(subject=subject, kind=kind),
            EventFilter(subject=subject, outcome=outcome),
            EventFilter(actor=actor),
            EventFilter(subject=subject, since=events[3].at),
            EventFilter(subject=subject, until=events[3].at),
            EventFilter(subject=subject, kind=kind, since=events[1].at, until=events[-1].at),
        ):
            fitting = [event for event in events if which.fits(event)]
            assert fitting
            assert await _page(storage, which, order=Order.OLDEST_FIRST) == fitting
            assert await _page(storage, which, order=Order.NEWEST_FIRST) == fitting[::-1]

    async def test_pages_follow_each_other_without_a_gap_or_a_repetition(self, storage: Storage) -> None:
        subject, events = await _some_events(storage)
        for order in Order:
            read: list[RecordedEvent] = []
            while page := await _page(
                storage,
                EventFilter(subject=subject),
                order=order,
                limit=3,
                after=read[-1] if read else None,
            ):
                read += page
            assert read == (events if order is Order.OLDEST_FIRST else events[::-1])

    async def test_everything_can_be_listed(self, storage: Storage) -> None:
        _, events = await _some_events(storage)

        everything = await _page(storage, EventFilter(since=events[0].at, until=events[-1].at), limit=10_000)

        assert {event.id for event in events[:-2]} <= {event.id for event in everything}

    # ---- The order of recording

    async def test_events_stand_in_the_order_in_which_they_were_recorded_whatever_they_say(
        self, storage: Storage
    ) -> None:
        events = [an_event(None, at=NOON - timedelta(days=number)) for number in range(5)]
        for event in events:
            await _record(storage, event)
        found = sorted(await _find(storage, *events), key=lambda event: event.mark)

        just_before = Mark(found[0].recorded_at, EventId(UUID(int=0)))
        read = await _recorded_after(storage, just_before, limit=3)
        rest = await _recorded_after(storage, read[-1].mark, limit=2)

        assert [event.id for event in (*read, *rest)] == [event.id for event in events]

    async def test_what_is_in_no_batch_is_unsealed_and_nothing_else(self, storage: Storage) -> None:
        first, second, third = (an_event(None) for _ in range(3))
        await _record(storage, first, second)
        last = await sealed(storage)
        before = await _unsealed(storage, last)
        await _record(storage, third)

        assert before == []
        assert [event.id for event in await _unsealed(storage, last)] == [third.id]

    async def test_a_store_is_seen_up_to_the_newest_event_that_is_told(self, storage: Storage) -> None:
        last = await sealed(storage)
        events = [an_event(None) for _ in range(3)]
        for event in events:
            await _record(storage, event)

        async with storage.uow() as tx:
            some = await tx.recorded_events.unsealed(last=last, lateness=_LATENESS, limit=2)
            more = await tx.recorded_events.unsealed(last=last, lateness=_LATENESS, limit=10)

        assert some is not None
        assert more is not None
        assert [event.id for event in some.events] == [event.id for event in events[:2]]
        assert some.seen_until == some.events[-1].recorded_at
        assert more.seen_until >= more.events[-1].recorded_at

    async def test_what_is_recorded_too_long_before_is_not_to_be_sealed(self, storage: Storage) -> None:
        event = an_event(None)
        await _record(storage, event)
        [recorded] = await _find(storage, event)
        last = next_batch(None, [], seen_until=recorded.recorded_at + _LATENESS, sealed_at=NOON)

        assert await _unsealed(storage, last) == []
        earlier = replace(last, seen_until=last.seen_until - timedelta(microseconds=1))
        assert event.id in [each.id for each in await _unsealed(storage, earlier)]

    async def test_what_was_rolled_back_is_not_there(self, storage: Storage) -> None:
        event = an_event(None)
        last = await sealed(storage)
        await roll_back(storage, lambda tx: tx.audit.record(event))

        assert list(await _find(storage, event)) == []
        assert await _unsealed(storage, last) == []

    # ---- Erasing

    async def test_what_is_personal_is_erased_and_what_is_sealed_of_it_stays_the_same(self, storage: Storage) -> None:
        event, other = an_event(a_user().id), an_event(a_user().id)
        await _record(storage, event, other)
        [before] = await _find(storage, event)
        leaving = personal_digest(before)

        erased = await in_transaction(storage, lambda tx: tx.recorded_events.erase(event.id, leaving=leaving))

        [after] = await _find(storage, event)
        [untouched] = await _find(storage, other)
        assert erased
        assert after == replace(
            before, address=None, user_agent=None, request_id=None, details={}, salt=None, personal_digest=leaving
        )
        assert content_digest(after) == content_digest(before)
        assert not untouched.is_erased

    async def test_an_event_is_erased_once(self, storage: Storage) -> None:
        event = an_event(a_user().id)
        await _record(storage, event)
        [before] = await _find(storage, event)

        async def erase() -> bool:
            return await in_transaction(
                storage, lambda tx: tx.recorded_events.erase(event.id, leaving=personal_digest(before))
            )

        assert (await race(5, erase)).count(True) == 1
        assert not await erase()

    async def test_whoever_owns_the_store_may_erase(self, storage: Storage) -> None:
        assert await in_transaction(storage, lambda tx: tx.recorded_events.may_be_erased(a_user().id))

    async def test_what_is_not_there_is_not_erased(self, storage: Storage) -> None:
        assert not await in_transaction(
            storage, lambda tx: tx.recorded_events.erase(an_event(None).id, leaving=bytes(32))
        )


async def _record(storage: Storage, *events: AuditEvent) -> None:
    async def record_all(tx: Tx) -> None:
        for event in events:
            await tx.audit.record(event)

    await in_transaction(storage, record_all)


async def _find(storage: Storage, *events: AuditEvent) -> Sequence[RecordedEvent]:
    return await in_transaction(storage, lambda tx: tx.recorded_events.find([event.id for event in events]))


async def _some_events(storage: Storage) -> tuple[UserId, list[RecordedEvent]]:
    """Events that befell one user and differ in all else, oldest first; some are of the same moment."""
    subject, actors = a_user().id, (a_user().id, a_user().id)
    events = [
        replace(
            an_event(subject, at=NOON + timedelta(minutes=number // 2)),
            actor=actors[number % 2],
            kind=list(EventKind)[number % 3],
            outcome=list(Outcome)[number % 2],
        )
        for number in range(10)
    ]
    await _record(storage, *reversed(events))
    return subject, sorted(await _find(storage, *events), key=lambda event: event.place)


async def _page(
    storage: Storage,
    which: EventFilter,
    *,
    order: Order = Order.OLDEST_FIRST,
    after: RecordedEvent | None = None,
    limit: int = 100,
) -> list[RecordedEvent]:
    place = None if after is None else after.place
    return list(
        await in_transaction(storage, lambda tx: tx.recorded_events.page(which, after=place, limit=limit, order=order))
    )


async def _recorded_after(storage: Storage, mark: Mark, *, limit: int) -> Sequence[RecordedEvent]:
    return await in_transaction(storage, lambda tx: tx.recorded_events.recorded(after=mark, limit=limit))


async def _unsealed(storage: Storage, last: Batch) -> Sequence[RecordedEvent]:
    found = await in_transaction(
        storage, lambda tx: tx.recorded_events.unsealed(last=last, lateness=_LATENESS, limit=1000)
    )
    return [] if found is None else found.events
