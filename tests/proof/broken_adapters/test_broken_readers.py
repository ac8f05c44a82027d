"""The contracts notice readers outside transactions, and purges, that do not keep them."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.access import are_outdated, find_principal
from auth_adapters.memory.login import MemoryCandidates
from auth_adapters.memory.profiles import MemoryProfiles
from auth_adapters.memory.sessions import MemoryEndedSessions
from auth_adapters.memory.tokens import MemoryAccessCheck
from auth_core import VerifiedClaims
from auth_core.access.model import principal
from auth_core.ids import UserId
from auth_core.login.model import Candidate
from auth_core.testing import MovableClock
from auth_core.testing.contracts.access_check import AccessCheckContract
from auth_core.testing.contracts.candidates import CandidatesContract
from auth_core.testing.contracts.ended_sessions import EndedSessionsContract
from auth_core.testing.contracts.profiles import ProfilesContract
from auth_core.testing.contracts.storage import Storage
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.model import Profile, UserStatus
from tests.unit.contracts.broken_storage import BrokenUnitOfWork, Unlocked, gap
from tests.unit.contracts.mutation import caught_by

# ---- Profiles


def with_profiles(kind: type[MemoryProfiles]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, profiles=kind(store))


class ForgetsTheStatus(MemoryProfiles):
    async def find(self, user_id: UserId) -> Profile | None:
        user = self._store.committed.users.get(user_id)
        return Profile(user=user, principal=principal(user_id, 0, ())) if user else None


@caught_by("test_the_disabled_are_not_found", "test_somebody_is_found_with_the_rights_of_this_moment")
class TestForgetsTheStatus(ProfilesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_profiles(ForgetsTheStatus)


class RemembersPeople(MemoryProfiles):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._remembered: dict[UserId, Profile] = {}

    async def find(self, user_id: UserId) -> Profile | None:
        found = await super().find(user_id)
        return self._remembered.setdefault(user_id, found) if found else self._remembered.get(user_id)


@caught_by("test_it_holds_nothing_afterwards")
class TestRemembersPeople(ProfilesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_profiles(RemembersPeople)


class WaitsForTransactions(MemoryProfiles):
    async def find(self, user_id: UserId) -> Profile | None:
        async def in_line() -> Profile | None:
            async with self._store.exclusively():
                return await MemoryProfiles.find(self, user_id)

        return await asyncio.wait_for(asyncio.create_task(in_line()), timeout=0.1)


@caught_by("test_it_neither_waits_for_a_transaction_nor_sees_into_it", raises=(TimeoutError,))
class TestWaitsForTransactions(ProfilesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_profiles(WaitsForTransactions)


# ---- Candidates


def with_candidates(kind: type[MemoryCandidates]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, candidates=kind(store))


class FindsTheActiveOnly(MemoryCandidates):
    async def find(self, email: CanonicalEmail) -> Candidate | None:
        candidate = await super().find(email)
        return candidate if candidate and candidate.user.status is UserStatus.ACTIVE else None


@caught_by("test_a_disabled_account_is_found_as_it_is")
class TestFindsTheActiveOnly(CandidatesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_candidates(FindsTheActiveOnly)


class NeedsAPassword(MemoryCandidates):
    async def find(self, email: CanonicalEmail) -> Candidate | None:
        candidate = await super().find(email)
        return candidate if candidate and candidate.password else None


@caught_by("test_an_account_without_a_password_is_found_without_one")
class TestNeedsAPassword(CandidatesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_candidates(NeedsAPassword)


class Remembers(MemoryCandidates):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._remembered: dict[CanonicalEmail, Candidate] = {}

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        found = await super().find(email)
        return found and self._remembered.setdefault(email, found)


@caught_by("test_it_holds_nothing_afterwards")
class TestRemembers(CandidatesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_candidates(Remembers)


class WaitsItsTurn(MemoryCandidates):
    async def find(self, email: CanonicalEmail) -> Candidate | None:
        async def in_line() -> Candidate | None:
            async with self._store.exclusively():
                return await MemoryCandidates.find(self, email)

        return await asyncio.wait_for(asyncio.create_task(in_line()), timeout=0.1)


@caught_by("test_it_neither_waits_for_a_transaction_nor_sees_into_it", raises=(TimeoutError,))
class TestWaitsItsTurn(CandidatesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_candidates(WaitsItsTurn)


@caught_by("test_it_neither_waits_for_a_transaction_nor_sees_into_it")
class TestCandidatesSeeWhatIsNotCommitted(CandidatesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, uow=Unlocked(store))


# ---- Access check


def with_check(kind: type[MemoryAccessCheck]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, access_check=kind(store, clock=MovableClock()))


class ForgetsTheSession(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        principal = find_principal(self._store.committed, claims.principal.user_id)
        return principal is not None and principal.security_version <= claims.principal.security_version


@caught_by(
    "test_a_token_of_an_ended_session_does_not_stand",
    "test_a_token_of_an_unknown_session_does_not_stand",
    "test_a_token_of_another_users_session_does_not_stand",
)
class TestForgetsTheSession(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(ForgetsTheSession)


class ForgetsTheUser(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        session = self._store.committed.sessions.get(claims.session_id)
        return session is not None and session.is_live(self._clock.now())


@caught_by(
    "test_a_token_of_a_disabled_user_does_not_stand",
    "test_a_token_from_before_its_user_was_disabled_does_not_stand_again",
)
class TestForgetsTheUser(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(ForgetsTheUser)


class ForgetsTheClock(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        session = self._store.committed.sessions.get(claims.session_id)
        principal = find_principal(self._store.committed, claims.principal.user_id)
        return session is not None and session.ended_at is None and principal is not None


@caught_by(
    "test_a_token_of_a_session_past_its_idle_end_does_not_stand",
    "test_a_token_of_a_session_past_its_absolute_end_does_not_stand",
)
class TestForgetsTheClock(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(ForgetsTheClock)


class ForgetsTheRoles(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        nothing_new = replace(claims, principal=replace(claims.principal, roles_version=1 << 40))
        return await super().stands(nothing_new)


@caught_by("test_a_token_from_before_a_role_it_names_was_changed_does_not_stand")
class TestForgetsTheRoles(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(ForgetsTheRoles)


class MindsEveryRole(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        tables = self._store.committed
        return not are_outdated(tables, tables.roles, claims.principal.roles_version) and await super().stands(claims)


@caught_by("test_a_token_from_before_a_role_it_names_was_changed_does_not_stand")
class TestMindsEveryRole(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(MindsEveryRole)


class WantsTheVeryVersion(MemoryAccessCheck):
    async def stands(self, claims: VerifiedClaims) -> bool:
        principal = find_principal(self._store.committed, claims.principal.user_id)
        same = principal is not None and principal.security_version == claims.principal.security_version
        return same and await super().stands(claims)


@caught_by("test_a_token_of_a_version_still_to_come_stands")
class TestWantsTheVeryVersion(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_check(WantsTheVeryVersion)


@caught_by("test_it_neither_waits_for_a_transaction_nor_sees_into_it")
class TestTheCheckSeesWhatIsNotCommitted(AccessCheckContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, uow=Unlocked(store))


# ---- Ended sessions


def with_purge(kind: type[MemoryEndedSessions]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, uow=BrokenUnitOfWork(store), ended_sessions=kind(store))


class RemovesAllAtOnce(MemoryEndedSessions):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before, limit=1000)


@caught_by("test_a_step_removes_no_more_than_it_was_asked_to", "test_many_steps_at_once_remove_each_session_once")
class TestRemovesAllAtOnce(EndedSessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(RemovesAllAtOnce)


class RemovesWhatIsStillLive(MemoryEndedSessions):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        sessions = self._store.committed.sessions
        over = [each.id for each in sessions.values() if each.created_at < over_before][:limit]
        for session_id in over:
            del sessions[session_id]
        return len(over)


@caught_by("test_what_was_not_over_by_then_is_kept")
class TestRemovesWhatIsStillLive(EndedSessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(RemovesWhatIsStillLive)


class RemovesWhatEndsThen(MemoryEndedSessions):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before.replace(microsecond=1), limit=limit)


@caught_by("test_what_was_not_over_by_then_is_kept")
class TestRemovesWhatEndsThen(EndedSessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(RemovesWhatEndsThen)


class CountsThenRemoves(MemoryEndedSessions):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        sessions = self._store.committed.sessions
        over = [each.id for each in sessions.values() if each.ends_at < over_before][:limit]
        await gap()
        for session_id in over:
            sessions.pop(session_id, None)
        return len(over)


@caught_by("test_many_steps_at_once_remove_each_session_once")
class TestCountsThenRemoves(EndedSessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(CountsThenRemoves)


class RemovesTheUnendedOnly(MemoryEndedSessions):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        sessions = self._store.committed.sessions
        over = [each.id for each in sessions.values() if each.ends_at < over_before and each.ended_at is None][:limit]
        for session_id in over:
            del sessions[session_id]
        return len(over)


@caught_by("test_what_is_over_is_removed_though_it_was_ended_before")
class TestRemovesTheUnendedOnly(EndedSessionsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(RemovesTheUnendedOnly)
