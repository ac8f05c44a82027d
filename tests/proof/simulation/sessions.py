"""Sessions and their chains in the simulated store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Others, Session
from auth_core.sessions.refresh_chain import Advanced
from tests.proof.simulation.accounts import UserRow
from tests.proof.simulation.points import ANSWER, COMMIT, Key, nobody_does_this, statement
from tests.proof.simulation.rows import Rows, Transaction


class SimSessions:
    """Everybody's sessions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, session: Session) -> Others:
        await statement("add session")
        found = [self._transaction.read(key) for key in self._transaction.keys("session")]
        theirs: list[Session] = [each for each in found if each.user_id == session.user_id]
        self._transaction.write(("session", session.id), session)
        return Others(
            live=sum(each.is_live(session.created_at) for each in theirs),
            on_same_device=any((each.device, each.network) == (session.device, session.network) for each in theirs),
        )

    async def lock(self, session_id: SessionId) -> Session | None:
        await statement("lock session")
        key: Key = ("session", session_id)
        if self._transaction.read(key) is None:
            return None
        session: Session = await self._transaction.lock(key)
        return session

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        await statement("end session")
        key: Key = ("session", session_id)
        found: Session | None = self._transaction.read(key)
        if found is None or found.ended_at is not None:
            return False
        session: Session = await self._transaction.lock(key)
        if session.ended_at is not None:
            return False
        self._transaction.write(key, replace(session, ended_at=now, ended_because=because))
        return True

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        return len(await self._end(user_id, because, now))

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        return await self._end(user_id, because, now, keep=keep)

    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        nobody_does_this()

    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        await statement("list sessions")
        found = [self._transaction.read(key) for key in self._not_ended_of(user_id)]
        return [session for session in found if session.is_live(now)]

    async def _end(
        self, user_id: UserId, because: Reason, now: datetime, *, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        await statement("lock user")
        await self._transaction.lock(("user", user_id))
        await statement("end sessions")
        ended: list[SessionId] = []
        for key in self._not_ended_of(user_id):
            if key[1] == keep:
                continue
            session: Session = await self._transaction.lock(key)
            if session.ended_at is None:
                self._transaction.write(key, replace(session, ended_at=now, ended_because=because))
                ended.append(session.id)
        return ended

    def _not_ended_of(self, user_id: UserId) -> list[Key]:
        found: list[Key] = []
        for key in self._transaction.keys("session"):
            session: Session = self._transaction.read(key)
            if session.user_id == user_id and session.ended_at is None:
                found.append(key)
        return found


class SimRefreshChains:
    """The refresh chains, moved on by one statement that commits by itself."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        await statement("advance")
        transaction = Transaction(self._rows)
        try:
            key: Key = ("session", session_id)
            found: Session | None = transaction.read(key)
            if found is None or found.generation != generation or not found.is_live(now):
                return None
            # Who has waited for the session looks at it anew, and at its user no more.
            user: UserRow = transaction.read(("user", found.user_id))
            if user.principal is None:
                return None
            session: Session = await transaction.lock(key)
            if session.generation != generation or not session.is_live(now):
                return None
            moved_on = replace(session, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
            transaction.write(key, moved_on)
            await COMMIT
            transaction.commit()
        finally:
            transaction.roll_back()
        await ANSWER
        return Advanced(session=moved_on, principal=user.principal)
