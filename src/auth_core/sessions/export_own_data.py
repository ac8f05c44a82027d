"""What is held on me?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auth_core.access.model import Assignment
from auth_core.audit.policy import LARGEST_PAGE
from auth_core.audit.recorded import EventFilter, Order, Place, RecordedEvent
from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.sessions.model import OwnData, OwnPassword
from auth_core.sessions.ports import OwnDataTx
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import Profile

MOST_EVENTS: Final = 5_000
"""Those are told of one person at once; the older ones are left out, and that is told too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOwnData:
    """Collect everything that is held on an active user. No secret is in it, nor a hash of one."""

    uow: UnitOfWork[OwnDataTx]
    clock: Clock

    async def __call__(self, *, user_id: UserId) -> OwnData:
        """Return it as it is now. Raises: UserNotFound when there is no active user of this id."""
        now = self.clock.now()
        # A short transaction for each part: nobody holds one connection for as long as five thousand events take.
        async with self.uow() as tx:
            user = await tx.users.find(user_id)
            principal = await tx.principals.find(user_id)
            roles: Sequence[Assignment] = await tx.role_holders.held_by(user_id)
            sessions = await tx.sessions.live_of(user_id, now=now)
            stored = await tx.passwords.find(user_id)
            former = await tx.passwords.former([user_id])
        if user is None or principal is None:
            raise UserNotFound
        events, left_out = await self._events(user_id)
        return OwnData(
            at=now,
            profile=Profile(user=user, principal=principal),
            roles=roles,
            password=None
            if stored is None
            else OwnPassword(changes=stored.version - 1, must_change=stored.must_change, former_kept=len(former)),
            sessions=sessions,
            events=events,
            older_events_left_out=left_out,
        )

    async def _events(self, user_id: UserId) -> tuple[Sequence[RecordedEvent], bool]:
        found: list[RecordedEvent] = []
        which = EventFilter(subject=user_id)
        after: Place | None = None
        while len(found) <= MOST_EVENTS:
            page = await self._page(which, after)
            found += page
            if len(page) < LARGEST_PAGE:
                break
            after = page[-1].place
        return found[:MOST_EVENTS], len(found) > MOST_EVENTS

    async def _page(self, which: EventFilter, after: Place | None) -> Sequence[RecordedEvent]:
        async with self.uow() as tx:
            return await tx.recorded_events.page(which, after=after, limit=LARGEST_PAGE, order=Order.NEWEST_FIRST)
