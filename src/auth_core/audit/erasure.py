"""Taking what is personal of one person out of the trail, and leaving the trail sound."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth_core.audit.digests import personal_digest
from auth_core.audit.events import EventKind
from auth_core.audit.ports import TrailTx
from auth_core.audit.recorded import EventFilter, Mark, Order, Place, RecordedEvent
from auth_core.audit.recorder import Recorder
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork

_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Erases where a person came from, with what, and every detail, in all events that they did or that befell them.

    That something happened, when, to which id and how it ended stays. The order is itself an event, recorded before
    anything is erased: what was erased without one is found by whoever verifies the trail.
    """

    uow: UnitOfWork[TrailTx]
    record: Recorder

    async def order(
        self, tx: TrailTx, user_id: UserId, *, actor: UserId | None, origin: Origin, at: datetime
    ) -> Mark | None:
        """Record the order and return where it stands; None, and nothing is recorded, where the trail only grows."""
        if not await tx.sealed_batches.may_be_emptied():
            return None
        await self.record(
            tx,
            EventKind.TRAIL_ERASED,
            at=at,
            # The order is never erased, so it holds nothing of the person it is about.
            origin=Origin() if actor == user_id else origin,
            subject=user_id,
            actor=actor,
        )
        orders = EventFilter(subject=user_id, kind=EventKind.TRAIL_ERASED)
        newest_first = Order.NEWEST_FIRST
        [order] = await tx.recorded_events.page(orders, after=None, limit=1, order=newest_first)
        return order.mark

    async def is_small(self, tx: TrailTx, user_id: UserId) -> bool:
        """Say whether there is so little of them that it can be erased in one transaction."""
        pages = [
            await tx.recorded_events.page(which, after=None, limit=_BATCH, order=Order.OLDEST_FIRST)
            for which in _theirs(user_id)
        ]
        return all(len(page) < _BATCH for page in pages)

    async def carry_out(self, user_id: UserId, *, ordered: Mark) -> int:
        """Erase what was recorded before the order, in small transactions, and say in how many events.

        Cut short, it can be ordered again.
        """
        return sum([await self._by_batches(which, before=ordered) for which in _theirs(user_id)])

    async def carry_out_in(self, tx: TrailTx, user_id: UserId, *, ordered: Mark, since: datetime | None = None) -> int:
        """Erase the same in the caller's transaction, of what happened `since` then if that is given."""
        erased = 0
        for which in _theirs(user_id, since=since):
            after: Place | None = None
            while page := await tx.recorded_events.page(which, after=after, limit=_BATCH, order=Order.OLDEST_FIRST):
                erased += sum([await _erase(tx, event, before=ordered) for event in page])
                after = page[-1].place
        return erased

    async def _by_batches(self, which: EventFilter, *, before: Mark) -> int:
        erased = 0
        after: Place | None = None
        while True:
            async with self.uow() as tx:
                page = await tx.recorded_events.page(which, after=after, limit=_BATCH, order=Order.OLDEST_FIRST)
                erased += sum([await _erase(tx, event, before=before) for event in page])
            if len(page) < _BATCH:
                return erased
            after = page[-1].place


def _theirs(user_id: UserId, *, since: datetime | None = None) -> tuple[EventFilter, EventFilter]:
    return EventFilter(subject=user_id, since=since), EventFilter(actor=user_id, since=since)


async def _erase(tx: TrailTx, event: RecordedEvent, *, before: Mark) -> bool:
    if event.mark >= before or event.is_erased or event.kind == EventKind.TRAIL_ERASED:
        return False
    return await tx.recorded_events.erase(event.id, leaving=personal_digest(event))
