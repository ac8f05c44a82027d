"""The contract notices keepers of refresh chains that do not keep it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.access import find_principal
from auth_core import Principal
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Advanced
from auth_core.testing.contracts.refresh_chains import RefreshChainsContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import gap
from tests.unit.contracts.mutation import caught_by


class Chains:
    """Sound, in pieces that mutants replace one at a time."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        async with self._store.exclusively():
            return await self._advance(session_id, generation, now=now, idle=idle)

    async def _advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        session = self._store.committed.sessions.get(session_id)
        principal = self._principal(session.user_id) if session else None
        if session is None or principal is None or not self._may_advance(session, generation, now):
            return None
        await gap()
        session = self._moved(session, now, idle)
        self._store.committed.sessions[session_id] = session
        return Advanced(session=session, principal=principal)

    def _principal(self, user_id: UserId) -> Principal | None:
        return find_principal(self._store.committed, user_id)

    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return session.generation == generation and session.is_live(now)

    def _moved(self, session: Session, now: datetime, idle: timedelta) -> Session:
        return replace(session, generation=session.generation + 1, advanced_at=now, idle_ends_at=now + idle)


def storage_with(chains: Callable[[MemoryStore], Chains]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, refresh_chains=chains(store))


class TestInPieces(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(Chains)


class ReadsThenWrites(Chains):
    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        return await self._advance(session_id, generation, now=now, idle=idle)


@caught_by(
    "test_of_many_at_once_one_advances",
    "test_a_session_that_is_being_ended_does_not_advance",
    "test_a_session_does_not_advance_while_its_user_is_being_disabled",
)
class TestReadsThenWrites(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(ReadsThenWrites)


class ForgetsTheStatus(Chains):
    def _principal(self, user_id: UserId) -> Principal | None:
        return Principal(user_id=user_id, security_version=0, roles=(), permissions=())


@caught_by(
    "test_the_chains_of_disabled_users_do_not_move",
    "test_the_principal_is_told_as_they_are",
    "test_rights_given_since_the_last_link_are_told",
)
class TestForgetsTheStatus(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(ForgetsTheStatus)


class RemembersRights(Chains):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._remembered: dict[UserId, Principal] = {}

    def _principal(self, user_id: UserId) -> Principal | None:
        found = super()._principal(user_id)
        return found and self._remembered.setdefault(user_id, found)


@caught_by("test_rights_given_since_the_last_link_are_told")
class TestRemembersRights(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(RemembersRights)


class TakesOlderLinks(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return generation <= session.generation and session.is_live(now)


@caught_by("test_of_many_at_once_one_advances", "test_a_link_that_is_not_the_current_one_changes_nothing")
class TestTakesOlderLinks(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(TakesOlderLinks)


class TakesLinksToCome(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return generation >= session.generation and session.is_live(now)


@caught_by("test_a_link_that_is_not_the_current_one_changes_nothing")
class TestTakesLinksToCome(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(TakesLinksToCome)


class ForgetsTheEnd(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return session.generation == generation and now < session.valid_until


@caught_by(
    "test_the_chain_of_an_ended_session_does_not_move",
    "test_whoever_ends_a_session_beside_a_refresh_has_the_last_word",
)
class TestForgetsTheEnd(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(ForgetsTheEnd)


class ForgetsTheIdleEnd(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return session.generation == generation and session.ended_at is None and now < session.ends_at


@caught_by("test_the_chain_of_a_session_past_its_idle_end_does_not_move")
class TestForgetsTheIdleEnd(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(ForgetsTheIdleEnd)


class ForgetsTheAbsoluteEnd(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return session.generation == generation and session.ended_at is None and now < session.idle_ends_at


@caught_by("test_the_chain_of_a_session_past_its_absolute_end_does_not_move", "test_no_refresh_moves_the_absolute_end")
class TestForgetsTheAbsoluteEnd(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(ForgetsTheAbsoluteEnd)


class IsLateByATick(Chains):
    def _may_advance(self, session: Session, generation: int, now: datetime) -> bool:
        return session.generation == generation and session.ended_at is None and now <= session.valid_until


@caught_by(
    "test_the_chain_of_a_session_past_its_idle_end_does_not_move",
    "test_the_chain_of_a_session_past_its_absolute_end_does_not_move",
)
class TestIsLateByATick(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(IsLateByATick)


class MovesTheAbsoluteEnd(Chains):
    def _moved(self, session: Session, now: datetime, idle: timedelta) -> Session:
        moved = super()._moved(session, now, idle)
        return replace(moved, ends_at=max(moved.ends_at, moved.idle_ends_at))


@caught_by("test_no_refresh_moves_the_absolute_end")
class TestMovesTheAbsoluteEnd(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(MovesTheAbsoluteEnd)


class LeavesTheIdleEnd(Chains):
    def _moved(self, session: Session, now: datetime, idle: timedelta) -> Session:
        return replace(super()._moved(session, now, idle), idle_ends_at=session.idle_ends_at)


@caught_by("test_the_idle_end_moves_and_nothing_else_does")
class TestLeavesTheIdleEnd(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(LeavesTheIdleEnd)


class TellsWhatItDoesNotKeep(Chains):
    async def _advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        before = self._store.committed.sessions.get(session_id)
        advanced = await super()._advance(session_id, generation, now=now, idle=idle)
        if before is not None:
            self._store.committed.sessions[session_id] = before
        return advanced


@caught_by("test_the_chain_moves_on_by_one")
class TestTellsWhatItDoesNotKeep(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(TellsWhatItDoesNotKeep)


class WritesInSteps(Chains):
    async def _advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        session = self._store.committed.sessions.get(session_id)
        if session is not None and self._may_advance(session, generation, now):
            self._store.committed.sessions[session_id] = replace(session, idle_ends_at=now + idle)
        await gap()
        return await super()._advance(session_id, generation, now=now, idle=idle)


@caught_by("test_a_refresh_that_is_cancelled_anywhere_was_made_or_was_not")
class TestWritesInSteps(RefreshChainsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(WritesInSteps)
