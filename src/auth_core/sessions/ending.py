"""How one session ends, whatever the cause."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.ports import SessionsTx


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """Ends a session in the caller's transaction, revokes its access tokens, and keeps one event of it."""

    record: Recorder
    revoke: Revoking

    async def __call__(
        self,
        tx: SessionsTx,
        session_id: SessionId,
        *,
        of: UserId,
        because: Reason,
        event: EventKind = EventKind.SESSION_ENDED,
        actor: UserId | None,
        origin: Origin,
        now: datetime,
        **details: str | int,
    ) -> None:
        """End the session; one that has been ended before stays as it is, and nothing is written.

        `details` are for the event, besides the reason.
        """
        if await tx.sessions.end(session_id, because=because, now=now):
            await self.revoke.sessions(tx, [session_id])
            await self.record(
                tx,
                event,
                outcome=Outcome.SUCCESS,
                at=now,
                origin=origin,
                subject=of,
                actor=actor,
                session_id=session_id,
                reason=because.value,
                **details,
            )
