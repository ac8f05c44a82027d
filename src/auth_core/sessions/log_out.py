"""A person signs out: here, elsewhere, or everywhere."""

from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.ports import LogOutEverywhereTx, SessionsTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End the session the caller came with. Doing it twice is doing it once."""

    uow: UnitOfWork[SessionsTx]
    end_session: SessionEnd
    clock: Clock

    async def __call__(self, *, user_id: UserId, session_id: SessionId, origin: Origin) -> None:
        """End the session; none of its tokens is accepted afterwards."""
        async with self.uow() as tx:
            await self.end_session(
                tx,
                session_id,
                of=user_id,
                because=Reason.LOGGED_OUT,
                actor=user_id,
                origin=origin,
                now=self.clock.now(),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOutElsewhere:
    """End every session of the caller but the one they came with. Doing it twice is doing it once."""

    uow: UnitOfWork[SessionsTx]
    record: Recorder
    revoke: Revoking
    clock: Clock

    async def __call__(self, *, user_id: UserId, session_id: SessionId, origin: Origin) -> int:
        """End the others and say how many there were; none of their tokens is accepted afterwards."""
        now = self.clock.now()
        async with self.uow() as tx:
            ended = await tx.sessions.end_others(user_id, keep=session_id, because=Reason.ENDED_BY_USER, now=now)
            if ended:
                await self.revoke.sessions(tx, ended)
                await self.record(
                    tx,
                    EventKind.SESSIONS_ENDED,
                    at=now,
                    origin=origin,
                    subject=user_id,
                    actor=user_id,
                    session_id=session_id,
                    reason=Reason.ENDED_BY_USER.value,
                    sessions_ended=len(ended),
                )
        return len(ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOutEverywhere:
    """End every session of the caller, the present one too."""

    uow: UnitOfWork[LogOutEverywhereTx]
    record: Recorder
    revoke: Revoking
    clock: Clock

    async def __call__(self, *, user_id: UserId, origin: Origin) -> int:
        """End the sessions and say how many there were; no token the user holds is accepted afterwards."""
        now = self.clock.now()
        async with self.uow() as tx:
            version = await tx.users.raise_security_version(user_id, now=now)
            ended = await tx.sessions.end_all(user_id, because=Reason.LOGGED_OUT_EVERYWHERE, now=now)
            if version is not None:
                await self.revoke.user(tx, user_id, least_version=version)
            await self.record(
                tx,
                EventKind.SESSIONS_ENDED,
                at=now,
                origin=origin,
                subject=user_id,
                actor=user_id,
                reason=Reason.LOGGED_OUT_EVERYWHERE.value,
                sessions_ended=ended,
            )
        return ended
