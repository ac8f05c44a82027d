"""Sessions and their refresh chains, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from auth_adapters.memory.access import find_principal
from auth_adapters.memory.store import MemoryStore, Tables
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Others, Session
from auth_core.sessions.refresh_chain import Advanced


class MemorySessions:
    """Everybody's sessions."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, session: Session) -> Others:
        theirs = [each for each in self._tables.sessions.values() if each.user_id == session.user_id]
        self._tables.sessions[session.id] = session
        return Others(
            live=sum(each.is_live(session.created_at) for each in theirs),
            on_same_device=any((each.device, each.network) == (session.device, session.network) for each in theirs),
        )

    async def lock(self, session_id: SessionId) -> Session | None:
        return self._tables.sessions.get(session_id)

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        session = self._tables.sessions.get(session_id)
        if session is None or session.ended_at is not None:
            return False
        self._tables.sessions[session_id] = replace(session, ended_at=now, ended_because=because)
        return True

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        return len(self._end(self._not_ended_of(user_id), because, now))

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        return self._end([each for each in self._not_ended_of(user_id) if each.id != keep], because, now)

    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        live = await self.live_of(user_id, now=now)
        return self._end([each for each in live if each.id != keep][spare:], because, now)

    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        live = [each for each in self._not_ended_of(user_id) if each.is_live(now)]
        return sorted(live, key=lambda session: (session.advanced_at, session.id), reverse=True)

    def _not_ended_of(self, user_id: UserId) -> list[Session]:
        return [each for each in self._tables.sessions.values() if each.user_id == user_id and each.ended_at is None]

    def _end(self, sessions: Sequence[Session], because: Reason, now: datetime) -> Sequence[SessionId]:
        for session in sessions:
            self._tables.sessions[session.id] = replace(session, ended_at=now, ended_because=because)
        return [session.id for session in sessions]


class MemoryRefreshChains:
    """The generation each session's refresh chain has reached."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        async with self._store.exclusively():
            tables = self._store.committed
            session = tables.sessions.get(session_id)
            if session is None or session.generation != generation or not session.is_live(now):
                return None
            principal = find_principal(tables, session.user_id)
            if principal is None:
                return None
            advanced = replace(session, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
            tables.sessions[session_id] = advanced
            return Advanced(session=advanced, principal=principal)


class MemoryEndedSessions:
    """The sessions nobody can come back to."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            sessions = self._store.committed.sessions
            over = list(islice((each.id for each in sessions.values() if each.ends_at < over_before), limit))
            for session_id in over:
                del sessions[session_id]
            return len(over)
