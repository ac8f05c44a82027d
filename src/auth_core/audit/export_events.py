"""Everything that happened, from the beginning."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from auth_core.audit.ports import TrailTx
from auth_core.audit.recorded import EVERY_EVENT, EventFilter, Order, Place, RecordedEvent
from auth_core.unit_of_work import UnitOfWork

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEvents:
    """Tell events by when they happened, the oldest first, however many there are.

    Never more than a page of them is held, and no transaction stays open while the receiver takes its time.
    """

    uow: UnitOfWork[TrailTx]

    async def __call__(self, *, which: EventFilter = EVERY_EVENT) -> AsyncIterator[RecordedEvent]:
        """Yield the events."""
        after: Place | None = None
        while True:
            async with self.uow() as tx:
                page = await tx.recorded_events.page(which, after=after, limit=_PAGE, order=Order.OLDEST_FIRST)
            for event in page:
                yield event
            if len(page) < _PAGE:
                return
            after = page[-1].place
