"""The listing of what happened."""

from dataclasses import dataclass

from auth_core.audit import cursor
from auth_core.audit.policy import LARGEST_PAGE
from auth_core.audit.ports import TrailTx
from auth_core.audit.recorded import EVERY_EVENT, EventFilter, Order, RecordedEvent
from auth_core.page import Page
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEvents:
    """List events by when they happened, the newest first, a page at a time."""

    uow: UnitOfWork[TrailTx]

    async def __call__(
        self, *, which: EventFilter = EVERY_EVENT, after: str | None = None, limit: int = 50
    ) -> Page[RecordedEvent, str]:
        """Return the events that follow the cursor `after`; at most 500 of them, and at least one.

        Raises: InvalidEventCursor.
        """
        place = None if after is None else cursor.read(after)
        shown = max(1, min(limit, LARGEST_PAGE))
        async with self.uow() as tx:
            # One more than asked for tells whether there is a next page.
            found = await tx.recorded_events.page(which, after=place, limit=shown + 1, order=Order.NEWEST_FIRST)
        items = found[:shown]
        return Page(items=items, next=cursor.written(items[-1].place) if len(found) > shown else None)
