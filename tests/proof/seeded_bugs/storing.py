"""Stores that look right and are not."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.access import find_principal
from auth_adapters.memory.sessions import MemoryRefreshChains, MemorySessions
from auth_adapters.memory.store import Tables
from auth_adapters.memory.unit_of_work import MemoryTx
from auth_core import Policies, Principal
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Advanced
from auth_core.testing import MovableClock
from tests.proof.seeded_bugs.bug import Bug
from tests.proof.setting import MakePlace, Place, memory_place


class ReadsThenWrites(MemoryRefreshChains):
    """Lets others in between the look and the change."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        tables = self._store.committed
        session = tables.sessions.get(session_id)
        principal = find_principal(tables, session.user_id) if session else None
        if session is None or principal is None or session.generation != generation or not session.is_live(now):
            return None
        await asyncio.sleep(0)
        moved_on = replace(session, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
        self._store.committed.sessions[session_id] = moved_on
        return Advanced(session=moved_on, principal=principal)


class StampsSeconds(MemoryRefreshChains):
    """Forgets when within its second a chain moved on."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        return await super().advance(session_id, generation, now=now.replace(microsecond=0), idle=idle)


class LeavesTheIdleEnd(MemoryRefreshChains):
    """Moves the chain on and lets the session end when it would have ended without."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        session = self._store.committed.sessions.get(session_id)
        left = session.idle_ends_at - now if session else idle
        return await super().advance(session_id, generation, now=now, idle=left)


class ForgetsTheStatus(MemoryRefreshChains):
    """Moves chains on whoever holds them."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        advanced = await super().advance(session_id, generation, now=now, idle=idle)
        session = self._store.committed.sessions.get(session_id)
        if advanced or session is None or session.generation != generation or not session.is_live(now):
            return advanced
        moved_on = replace(session, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
        self._store.committed.sessions[session_id] = moved_on
        holder = Principal(user_id=session.user_id, security_version=0, roles=(), permissions=())
        return Advanced(session=moved_on, principal=holder)


class CachesSessions(MemorySessions):
    """Answers with the session as this process saw it first."""

    def __init__(self, tables: Tables, cache: dict[SessionId, Session]) -> None:
        super().__init__(tables)
        self._cache = cache

    async def lock(self, session_id: SessionId) -> Session | None:
        found = await super().lock(session_id)
        return found and self._cache.setdefault(session_id, found)


class EndsTwice(MemorySessions):
    """Says of an ended session that it was ended just now."""

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        await super().end(session_id, because=because, now=now)
        return session_id in self._tables.sessions


class EndsOne(MemorySessions):
    """Ends the session used last and forgets the others."""

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        latest = await self.live_of(user_id, now=now)
        return sum([await self.end(each.id, because=because, now=now) for each in latest[:1]])


class _Uow:
    """Transactions with sessions of another kind."""

    def __init__(self, store: MemoryStore, sessions: Callable[[Tables], MemorySessions]) -> None:
        self._store = store
        self._sessions = sessions

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            yield replace(MemoryTx.over(tables), sessions=self._sessions(tables))
            self._store.committed = tables


def _with_chains(kind: Callable[[MemoryStore], MemoryRefreshChains]) -> MakePlace:
    def make_place(clock: MovableClock, policies: Policies) -> Place:
        store = MemoryStore()
        place = memory_place(store, clock, policies)
        return lambda: replace(place(), refresh_chains=kind(store))

    return make_place


def _with_sessions(kind: Callable[[], Callable[[Tables], MemorySessions]]) -> MakePlace:
    """Return places in each of whose processes `kind` makes anew how a transaction sees sessions."""

    def make_place(clock: MovableClock, policies: Policies) -> Place:
        store = MemoryStore()
        place = memory_place(store, clock, policies)
        return lambda: replace(place(), uow=_Uow(store, kind()))

    return make_place


def _caching() -> Callable[[Tables], MemorySessions]:
    cache: dict[SessionId, Session] = {}
    return lambda tables: CachesSessions(tables, cache)


BUGS: Final = (
    Bug(
        name="the chain is read and then written",
        found_as="one link moved the chain on twice",
        make_place=_with_chains(ReadsThenWrites),
    ),
    Bug(
        name="stamps have whole seconds",
        found_as="an answer that was lost could not be had again",
        make_place=_with_chains(StampsSeconds),
    ),
    Bug(
        name="a refresh leaves the idle end where it was",
        found_as="an acknowledged link that nobody had used did not work",
        make_place=_with_chains(LeavesTheIdleEnd),
    ),
    Bug(
        name="a refresh forgets the status of the user",
        found_as="a link was traded although its session had ended, or its user was disabled",
        make_place=_with_chains(ForgetsTheStatus),
    ),
    Bug(
        name="sessions are cached",
        found_as="a link was traded although its session had ended, or its user was disabled",
        make_place=_with_sessions(_caching),
    ),
    Bug(
        name="a session can be ended twice",
        found_as="the end of a session was told twice",
        make_place=_with_sessions(lambda: EndsTwice),
    ),
    Bug(
        name="of all sessions one ends",
        found_as="a session that had ended is live",
        make_place=_with_sessions(lambda: EndsOne),
    ),
)
