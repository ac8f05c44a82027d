"""Finding out what happened: by filters, page by page, and from beginning to end."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from auth_core import InvalidEventCursor
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorded import EVERY_EVENT, EventFilter, RecordedEvent
from auth_core.testing import NOON, a_user, an_event
from tests.unit.audit.trail import Trail


async def a_trail_of(count: int) -> tuple[Trail, list[RecordedEvent]]:
    """A trail, and what is in it, newest first. Many events are of the same moment."""
    trail = await Trail.make()
    people = [a_user().id for _ in range(3)]
    async with trail.core.ports.uow() as tx:
        for number in range(count):
            event = an_event(people[number % 3], at=NOON + timedelta(minutes=number // 3))
            await tx.audit.record(
                replace(
                    event,
                    actor=people[number % 2],
                    kind=list(EventKind)[number % 5],
                    outcome=list(Outcome)[number % 7 == 0],
                )
            )
        everything = await tx.recorded_events.recorded(after=None, limit=count + 1)
    return trail, sorted(everything, key=lambda event: event.place, reverse=True)


async def listed(trail: Trail, which: EventFilter, *, limit: int) -> list[RecordedEvent]:
    found: list[RecordedEvent] = []
    cursor: str | None = None
    while True:
        page = await trail.core.auth.audit.list(which=which, after=cursor, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


@pytest.mark.parametrize("limit", [1, 7, 50, 500])
async def test_pages_together_are_the_whole_each_event_once_newest_first(limit: int) -> None:
    trail, everything = await a_trail_of(60)

    assert await listed(trail, EVERY_EVENT, limit=limit) == everything


async def test_every_filter_leaves_what_fits_and_all_of_it() -> None:
    trail, everything = await a_trail_of(60)
    one = everything[20]
    assert one.actor is not None

    for which in (
        EventFilter(subject=one.subject),
        EventFilter(actor=one.actor),
        EventFilter(kind=EventKind(one.kind)),
        EventFilter(outcome=Outcome.FAILURE),
        EventFilter(since=one.at),
        EventFilter(until=one.at),
        EventFilter(subject=one.subject, actor=one.actor, since=NOON + timedelta(minutes=3)),
    ):
        found = await listed(trail, which, limit=7)
        assert found == [event for event in everything if which.fits(event)]
        assert 0 < len(found) < len(everything)


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (1000, 500)])
async def test_a_page_has_its_bounds(asked: int, given: int) -> None:
    trail, _ = await a_trail_of(600)

    assert len((await trail.core.auth.audit.list(limit=asked)).items) == given


@pytest.mark.covers("AUZ-11")
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "elsewhere",
        "\u00e9",
        "A" * 31,
        "A" * 36,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        " " + "A" * 32,
        "A" * 32 + "=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;",
        urlsafe_b64encode(b"\x7f" + b"\xff" * 23).decode(),
        urlsafe_b64encode(b"' OR 1=1; --            ").decode() + "A",
    ],
)
async def test_a_forged_cursor_is_refused(cursor: str) -> None:
    trail, _ = await a_trail_of(3)

    with pytest.raises(InvalidEventCursor):
        await trail.core.auth.audit.list(after=cursor)


async def test_an_export_begins_with_the_oldest_and_leaves_nothing_out() -> None:
    trail, everything = await a_trail_of(1200)

    exported = [event async for event in trail.core.auth.audit.export()]

    assert exported == everything[::-1]


async def test_an_export_can_be_of_some_events_only() -> None:
    trail, everything = await a_trail_of(60)
    which = EventFilter(kind=EventKind.USER_CREATED)

    exported = [event async for event in trail.core.auth.audit.export(which=which)]

    assert exported == [event for event in reversed(everything) if which.fits(event)]
