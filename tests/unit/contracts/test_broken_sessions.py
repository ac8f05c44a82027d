"""The contract notices stores of sessions that do not keep it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory.sessions import MemorySessions
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.testing.contracts.sessions import SessionsContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class ChecksThenEnds(MemorySessions):
    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        session = self._tables.sessions.get(session_id)
        if session is None or session.ended_at is not None:
            return False
        await gap()
        return await super().end(session_id, because=because, now=now) or True


@caught_by("test_of_many_who_end_a_session_at_once_one_does")
class TestChecksThenEnds(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, sessions=ChecksThenEnds)


class EndsAgain(MemorySessions):
    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        session = self._tables.sessions.get(session_id)
        if session is None:
            return False
        self._tables.sessions[session_id] = replace(session, ended_at=now, ended_because=because)
        return session.ended_at is None


@caught_by("test_a_session_ends_once_and_keeps_its_first_reason")
class TestEndsAgain(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsAgain)


class EndsEverybodysSessions(MemorySessions):
    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        return len(self._end([each for each in self._tables.sessions.values() if each.is_live(now)], because, now))


@caught_by("test_all_live_sessions_of_a_user_end")
class TestEndsEverybodysSessions(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsEverybodysSessions)


class EndsTheOneToKeep(MemorySessions):
    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        return self._end(self._not_ended_of(user_id), because, now)


@caught_by("test_all_sessions_but_one_end")
class TestEndsTheOneToKeep(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsTheOneToKeep)


class ForgetsTheClock(MemorySessions):
    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        return self._not_ended_of(user_id)


@caught_by(
    "test_what_cannot_be_used_is_not_listed",
    "test_the_absolute_end_counts_though_the_idle_end_lies_behind_it",
)
class TestForgetsTheClock(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=ForgetsTheClock)


class ForgetsTheAbsoluteEnd(MemorySessions):
    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        return [each for each in self._not_ended_of(user_id) if now < each.idle_ends_at]


@caught_by("test_the_absolute_end_counts_though_the_idle_end_lies_behind_it")
class TestForgetsTheAbsoluteEnd(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=ForgetsTheAbsoluteEnd)


class EndsOnlyWhatIsLive(MemorySessions):
    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        return len(self._end(await self.live_of(user_id, now=now), because, now))

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        live = await self.live_of(user_id, now=now)
        return self._end([each for each in live if each.id != keep], because, now)


@caught_by("test_sessions_past_their_end_are_ended_too_since_another_clock_may_be_behind")
class TestEndsOnlyWhatIsLive(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsOnlyWhatIsLive)


class ListsByBeginning(MemorySessions):
    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        live = await super().live_of(user_id, now=now)
        return sorted(live, key=lambda session: session.created_at, reverse=True)


@caught_by("test_the_live_sessions_are_listed_by_their_last_refresh")
class TestListsByBeginning(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=ListsByBeginning)


class LocksTheLiveOnly(MemorySessions):
    async def lock(self, session_id: SessionId) -> Session | None:
        session = await super().lock(session_id)
        return session if session and session.ended_at is None else None


@caught_by("test_a_session_ends_once_and_keeps_its_first_reason")
class TestLocksTheLiveOnly(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=LocksTheLiveOnly)


@caught_by(
    "test_ending_waits_for_who_has_locked_the_session",
    "test_a_second_lock_waits_for_the_first_one_and_sees_what_it_did",
    "test_a_refresh_waits_for_who_has_locked_the_session",
    "test_a_log_in_waits_for_the_end_of_all_sessions",
    "test_a_log_in_waits_for_the_end_of_no_session_too",
)
class TestNobodyWaits(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked)
