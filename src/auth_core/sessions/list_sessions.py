"""Where am I signed in?"""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.ids import UserId
from auth_core.sessions.model import Session
from auth_core.sessions.ports import SessionsTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """List the live sessions of a user."""

    uow: UnitOfWork[SessionsTx]
    clock: Clock

    async def __call__(self, *, user_id: UserId) -> Sequence[Session]:
        """Return the sessions, the one refreshed last first."""
        async with self.uow() as tx:
            return await tx.sessions.live_of(user_id, now=self.clock.now())
