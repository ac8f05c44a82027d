"""How a session begins, whatever the person proved themselves with."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.ids import Ids, UserId
from auth_core.origin import Origin
from auth_core.sessions.model import Session
from auth_core.sessions.policy import SessionPolicy
from auth_core.sessions.ports import SessionsTx


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpening:
    """Opens sessions in the caller's transaction."""

    ids: Ids
    policy: SessionPolicy

    async def __call__(self, tx: SessionsTx, user_id: UserId, *, origin: Origin, now: datetime) -> Session:
        """Return a new session of the user, the first link of its chain unused."""
        session = Session(
            id=self.ids.session(),
            user_id=user_id,
            generation=0,
            created_at=now,
            advanced_at=now,
            idle_ends_at=now + self.policy.idle,
            ends_at=now + self.policy.absolute,
            origin=origin,
        )
        await tx.sessions.add(session)
        return session
