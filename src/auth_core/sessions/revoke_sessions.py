"""A person ends one of their sessions: a lost phone, a forgotten browser."""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.errors import SessionNotFound
from auth_core.sessions.ports import SessionsTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeSession:
    """End one session of the caller. Doing it twice is doing it once."""

    uow: UnitOfWork[SessionsTx]
    end_session: SessionEnd
    clock: Clock

    async def __call__(self, *, user_id: UserId, session_id: SessionId, origin: Origin) -> None:
        """End the session. Raises: SessionNotFound, for another person's session as for an unknown one."""
        async with self.uow() as tx:
            session = await tx.sessions.lock(session_id)
            own = session is not None and session.user_id == user_id
            if own:
                await self.end_session(
                    tx,
                    session_id,
                    of=user_id,
                    because=Reason.ENDED_BY_USER,
                    actor=user_id,
                    origin=origin,
                    now=self.clock.now(),
                )
        if not own:
            raise SessionNotFound
