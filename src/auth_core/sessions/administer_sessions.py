"""Somebody looks at the sessions of another person, and ends them."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.errors import SessionNotFound
from auth_core.sessions.model import Session
from auth_core.sessions.ports import SessionsOfUserTx
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.user_guard import UserGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessionsOfUser:
    """List the live sessions of a user of any status."""

    uow: UnitOfWork[SessionsOfUserTx]
    clock: Clock

    async def __call__(self, *, user_id: UserId) -> Sequence[Session]:
        """Return the sessions, the one refreshed last first. Raises: UserNotFound."""
        async with self.uow() as tx:
            known = await tx.users.find(user_id) is not None
            live = await tx.sessions.live_of(user_id, now=self.clock.now())
        if not known:
            raise UserNotFound
        return live


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionOfUser:
    """End one session of another person. Doing it twice is doing it once."""

    uow: UnitOfWork[SessionsOfUserTx]
    guard: UserGuard
    end_session: SessionEnd
    clock: Clock

    async def __call__(self, *, user_id: UserId, session_id: SessionId, actor: UserId | None, origin: Origin) -> None:
        """End the session. `actor` is None for the operator of the machine; nobody else ends it for who may do more.

        Raises: UserNotFound, BeyondYourRights, SessionNotFound when it is not a session of theirs.
        """
        async with self.uow() as tx:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.SESSION_ENDED, deleted_too=True, actor=actor, origin=origin
            )
            if not isinstance(outcome, AuthError):
                session = await tx.sessions.lock(session_id)
                if session is None or session.user_id != user_id:
                    outcome = SessionNotFound()
                else:
                    await self.end_session(
                        tx,
                        session_id,
                        of=user_id,
                        because=Reason.ENDED_BY_ADMINISTRATOR,
                        actor=actor,
                        origin=origin,
                        now=self.clock.now(),
                    )
        if isinstance(outcome, AuthError):
            raise outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionsOfUser:
    """End every session of another person. Doing it twice is doing it once."""

    uow: UnitOfWork[SessionsOfUserTx]
    guard: UserGuard
    record: Recorder
    revoke: Revoking
    clock: Clock

    async def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> int:
        """End the sessions and say how many there were; no token the user holds is accepted afterwards.

        `actor` is None for the operator of the machine; nobody else ends them for who may do more.
        Raises: UserNotFound, BeyondYourRights.
        """
        async with self.uow() as tx:
            outcome = await self.guard(
                tx, user_id, attempted=EventKind.SESSIONS_ENDED, deleted_too=True, actor=actor, origin=origin
            )
            ended = 0
            if not isinstance(outcome, AuthError):
                ended = await self._end(tx, user_id, actor=actor, origin=origin)
        if isinstance(outcome, AuthError):
            raise outcome
        return ended

    async def _end(self, tx: SessionsOfUserTx, user_id: UserId, *, actor: UserId | None, origin: Origin) -> int:
        because, now = Reason.ENDED_BY_ADMINISTRATOR, self.clock.now()
        ended = await tx.sessions.end_all(user_id, because=because, now=now)
        version = await tx.users.raise_security_version(user_id, now=now) if ended else None
        if version is not None:
            await self.revoke.user(tx, user_id, least_version=version)
            await self.record(
                tx,
                EventKind.SESSIONS_ENDED,
                at=now,
                origin=origin,
                subject=user_id,
                actor=actor,
                reason=because.value,
                sessions_ended=ended,
            )
        return ended
