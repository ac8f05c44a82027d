"""Erase what the trail holds of one person, and leave the trail sound."""

from dataclasses import dataclass
from typing import Final

from auth_core.audit.digests import personal_digest
from auth_core.audit.errors import TrailIsAppendOnly
from auth_core.audit.events import EventKind
from auth_core.audit.ports import TrailTx
from auth_core.audit.recorded import EventFilter, Mark, Order, Place
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork

_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePersonalData:
    """Erase where a person came from, with what, and every detail, in all events that they did or that befell them.

    That something happened, when, to which id and how it ended stays. The order is itself an event, written before
    anything is erased: what was erased without one is found by whoever verifies the trail.
    """

    uow: UnitOfWork[TrailTx]
    record: Recorder
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> int:
        """Erase what was recorded until now, in small steps, and say in how many events.

        Cut short, it can be called again. Raises: TrailIsAppendOnly.
        """
        now = self.clock.now()
        orders = EventFilter(subject=user_id, kind=EventKind.TRAIL_ERASED)
        ordered: Mark | None = None
        async with self.uow() as tx:
            if await tx.sealed_batches.may_be_emptied():
                await self.record(
                    tx,
                    EventKind.TRAIL_ERASED,
                    at=now,
                    # The order is never erased, so it holds nothing of the person it is about.
                    origin=Origin() if actor == user_id else origin,
                    subject=user_id,
                    actor=actor,
                )
                [order] = await tx.recorded_events.page(orders, after=None, limit=1, order=Order.NEWEST_FIRST)
                ordered = order.mark
        if ordered is None:
            raise TrailIsAppendOnly
        theirs = (EventFilter(subject=user_id), EventFilter(actor=user_id))
        return sum([await self._erase_all(which, before=ordered) for which in theirs])

    async def _erase_all(self, which: EventFilter, *, before: Mark) -> int:
        erased = 0
        after: Place | None = None
        while True:
            async with self.uow() as tx:
                page = await tx.recorded_events.page(which, after=after, limit=_BATCH, order=Order.OLDEST_FIRST)
                for event in page:
                    if event.mark < before and not event.is_erased and event.kind != EventKind.TRAIL_ERASED:
                        erased += await tx.recorded_events.erase(event.id, leaving=personal_digest(event))
            if len(page) < _BATCH:
                return erased
            after = page[-1].place
