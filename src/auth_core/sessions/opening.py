"""How a session begins, whatever the person proved themselves with."""

from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.ids import Ids, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.device import device_label, device_name
from auth_core.sessions.model import Session
from auth_core.sessions.policy import SessionPolicy
from auth_core.sessions.ports import SessionsTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new session, and whether the user has been seen on its device before."""

    session: Session
    is_known_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpening:
    """Opens sessions in the caller's transaction, and sees to it that nobody has too many.

    The caller has locked the user. So of simultaneous log-ins each finds the sessions of those before it, and together
    they open no more than there may be.
    """

    ids: Ids
    record: Recorder
    revoke: Revoking
    policy: SessionPolicy

    async def __call__(
        self, tx: SessionsTx, user_id: UserId, *, called: str | None, origin: Origin, now: datetime
    ) -> Opened:
        """Return a new session of the user, the first link of its chain unused.

        `called` is what the user calls the device.
        """
        session = Session(
            id=self.ids.session(),
            user_id=user_id,
            generation=0,
            created_at=now,
            advanced_at=now,
            idle_ends_at=now + self.policy.idle,
            ends_at=now + self.policy.absolute,
            origin=origin,
            device=device_name(called) or device_label(origin.user_agent),
        )
        others = await tx.sessions.add(session)
        if self.policy.most is not None and others.live >= self.policy.most:
            await self._make_room(tx, session, spare=self.policy.most - 1)
        return Opened(session=session, is_known_device=others.on_same_device)

    async def _make_room(self, tx: SessionsTx, session: Session, *, spare: int) -> None:
        because, now = Reason.TOO_MANY_SESSIONS, session.created_at
        ended = await tx.sessions.end_longest_unused(
            session.user_id, keep=session.id, spare=spare, because=because, now=now
        )
        await self.revoke.sessions(tx, ended)
        for each in ended:
            await self.record(
                tx,
                EventKind.SESSION_ENDED,
                at=now,
                origin=session.origin,
                subject=session.user_id,
                actor=None,
                session_id=each,
                reason=because.value,
            )
