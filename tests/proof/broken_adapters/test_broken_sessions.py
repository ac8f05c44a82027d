"""The contract notices stores of sessions that do not keep it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory.sessions import MemorySessions
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Others, Session
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


class CountsWhatIsOver(MemorySessions):
    async def add(self, session: Session) -> Others:
        others = await super().add(session)
        return replace(others, live=len(self._not_ended_of(session.user_id)) - 1)


@caught_by("test_whoever_adds_a_session_is_told_how_many_others_are_live_by_then")
class TestCountsWhatIsOver(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=CountsWhatIsOver)


class CountsItself(MemorySessions):
    async def add(self, session: Session) -> Others:
        await super().add(session)
        return await super().add(session)


@caught_by(
    "test_whoever_adds_a_session_is_told_how_many_others_are_live_by_then",
    "test_whoever_adds_the_first_session_is_told_that_there_is_no_other",
)
class TestCountsItself(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=CountsItself)


class CountsThenAdds(MemorySessions):
    async def add(self, session: Session) -> Others:
        others = await super().add(session)
        del self._tables.sessions[session.id]
        await gap()
        self._tables.sessions[session.id] = session
        return others


@caught_by("test_of_many_who_log_in_at_once_each_is_told_of_those_before")
class TestCountsThenAdds(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, sessions=CountsThenAdds)


class KnowsDevicesByName(MemorySessions):
    async def add(self, session: Session) -> Others:
        known = any(each.device == session.device for each in self._tables.sessions.values())
        return replace(await super().add(session), on_same_device=known)


@caught_by("test_a_device_is_known_by_what_it_is_called_and_by_its_network")
class TestKnowsDevicesByName(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=KnowsDevicesByName)


class KnowsEverybodysDevices(MemorySessions):
    async def add(self, session: Session) -> Others:
        here = (session.device, session.network)
        known = any((each.device, each.network) == here for each in self._tables.sessions.values())
        return replace(await super().add(session), on_same_device=known)


@caught_by("test_whoever_adds_the_first_session_is_told_that_there_is_no_other")
class TestKnowsEverybodysDevices(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=KnowsEverybodysDevices)


class ForgetsDevicesAtTheEnd(MemorySessions):
    async def add(self, session: Session) -> Others:
        live = await self.live_of(session.user_id, now=session.created_at)
        known = any((each.device, each.network) == (session.device, session.network) for each in live)
        return replace(await super().add(session), on_same_device=known)


@caught_by("test_a_device_is_remembered_as_long_as_any_session_on_it_is_kept")
class TestForgetsDevicesAtTheEnd(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=ForgetsDevicesAtTheEnd)


class EndsTheOldest(MemorySessions):
    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        by_age = sorted(await self.live_of(user_id, now=now), key=lambda each: each.created_at, reverse=True)
        return self._end([each for each in by_age if each.id != keep][spare:], because, now)


@caught_by("test_the_sessions_that_were_not_used_for_longest_end")
class TestEndsTheOldest(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsTheOldest)


class EndsTheNewOneToo(MemorySessions):
    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        return self._end((await self.live_of(user_id, now=now))[spare + 1 :], because, now)


@caught_by("test_the_session_to_keep_does_not_end_though_no_other_was_unused_for_longer")
class TestEndsTheNewOneToo(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsTheNewOneToo)


class EndsWhatIsOver(MemorySessions):
    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        by_use = sorted(self._not_ended_of(user_id), key=lambda each: (each.advanced_at, each.id), reverse=True)
        return self._end([each for each in by_use if each.id != keep][spare:], because, now)


@caught_by("test_what_is_over_makes_no_room")
class TestEndsWhatIsOver(SessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(sessions=EndsWhatIsOver)


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
