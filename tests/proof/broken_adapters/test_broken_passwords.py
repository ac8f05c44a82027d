"""The contract notices stores of passwords that do not keep it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory.passwords import MemoryPasswords
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import UserId
from auth_core.testing.contracts.passwords import PasswordsContract
from auth_core.testing.contracts.storage import Storage
from auth_core.users.model import UserStatus
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class ChecksThenChanges(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        if not self._stands_at(user_id, version):
            return False
        await gap()
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version + 1)
        return True


@caught_by("test_of_many_changes_of_one_version_at_once_one_is_made", "test_only_active_users_change_their_password")
class TestChecksThenChanges(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, passwords=ChecksThenChanges)


class ForgetsTheStatus(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        if not self._stands_at(user_id, version):
            return False
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version + 1)
        return True


@caught_by("test_only_active_users_change_their_password")
class TestForgetsTheStatus(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ForgetsTheStatus)


class ChangesWhateverIsThere(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and await super().change(user_id, new, version=stored.version, now=now)


@caught_by(
    "test_a_password_that_has_changed_since_is_not_changed", "test_of_many_changes_of_one_version_at_once_one_is_made"
)
class TestChangesWhateverIsThere(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ChangesWhateverIsThere)


class CountsRehashing(MemoryPasswords):
    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        if not self._stands_at(user_id, version):
            return False
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version + 1)
        return True


@caught_by("test_a_new_hash_of_the_same_password_is_no_change")
class TestCountsRehashing(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=CountsRehashing)


class KeepsDemanding(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        before = self._tables.passwords.get(user_id)
        changed = await super().change(user_id, new, version=version, now=now, keep=keep)
        if changed and before is not None and before.must_change:
            await self.demand_change(user_id)
        return changed


@caught_by("test_a_change_is_demanded_once_and_met_by_another_password")
class TestKeepsDemanding(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=KeepsDemanding)


class ForgetsTheDemand(MemoryPasswords):
    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        if not self._stands_at(user_id, version):
            return False
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=version)
        return True


@caught_by("test_a_change_is_demanded_once_and_met_by_another_password")
class TestForgetsTheDemand(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ForgetsTheDemand)


class ResetsUncounted(MemoryPasswords):
    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=new, version=1, must_change=must_change)


@caught_by(
    "test_a_reset_replaces_whatever_is_there_and_whatever_the_status",
    "test_a_change_that_looked_before_a_reset_is_not_made",
)
class TestResetsUncounted(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ResetsUncounted)


class ResetsOnlyTheActive(MemoryPasswords):
    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        if user_id in self._tables.passwords and self._tables.users[user_id].status is UserStatus.ACTIVE:
            await super().reset(user_id, new, must_change=must_change, now=now, keep=keep)


@caught_by(
    "test_a_reset_replaces_whatever_is_there_and_whatever_the_status", "test_a_reset_gives_a_password_to_who_had_none"
)
class TestResetsOnlyTheActive(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ResetsOnlyTheActive)


class RehashesWhateverIsThere(MemoryPasswords):
    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and await super().rehash(user_id, new, version=stored.version)


@caught_by("test_a_password_that_has_changed_since_is_not_hashed_anew", "test_a_change_under_way_wins_over_a_new_hash")
class TestRehashesWhateverIsThere(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=RehashesWhateverIsThere)


class ResealsWhateverIsThere(MemoryPasswords):
    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        stored = self._tables.passwords.get(user_id)
        return stored is not None and await super().reseal(user_id, new, old=stored.hash)


@caught_by(
    "test_what_is_not_the_old_hash_any_more_is_not_sealed_anew",
    "test_a_change_under_way_wins_over_a_new_seal",
    "test_of_many_new_seals_of_one_hash_one_is_kept",
)
class TestResealsWhateverIsThere(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=ResealsWhateverIsThere)


class CountsResealing(MemoryPasswords):
    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        resealed = await super().reseal(user_id, new, old=old)
        stored = self._tables.passwords.get(user_id)
        if resealed and stored is not None:
            self._tables.passwords[user_id] = replace(stored, version=stored.version + 1)
        return resealed


@caught_by("test_a_hash_is_sealed_anew_under_the_same_version")
class TestCountsResealing(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=CountsResealing)


class ChecksThenReseals(MemoryPasswords):
    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        stored = self._tables.passwords.get(user_id)
        if stored is None or stored.hash.reveal() != old.reveal():
            return False
        await gap()
        return await super().reseal(user_id, new, old=self._tables.passwords[user_id].hash)


@caught_by("test_of_many_new_seals_of_one_hash_one_is_kept")
class TestChecksThenReseals(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, passwords=ChecksThenReseals)


class BeginsEachPageWithTheLast(MemoryPasswords):
    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        owners = sorted(owner for owner in self._tables.passwords if after is None or owner >= after)
        return [self._tables.passwords[owner] for owner in owners[:limit]] if len(owners) > 1 else []


@caught_by("test_page_by_page_everybody_is_seen_once_and_in_order")
class TestBeginsEachPageWithTheLast(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=BeginsEachPageWithTheLast)


class KeepsThemAll(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        return await super().change(user_id, new, version=version, now=now, keep=99)


@caught_by(
    "test_former_passwords_are_kept_if_asked_the_latest_first", "test_without_being_asked_none_is_kept_any_longer"
)
class TestKeepsThemAll(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=KeepsThemAll)


class KeepsBeforeItLooks(MemoryPasswords):
    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        if keep and not self._stands_at(user_id, version):
            stored = self._tables.passwords[user_id]
            self._tables.former_passwords[user_id] = (stored, *self._tables.former_passwords.get(user_id, ()))
        return await super().change(user_id, new, version=version, now=now, keep=keep)


@caught_by("test_a_change_that_is_not_made_keeps_nothing", "test_of_many_changes_at_once_one_is_kept_from")
class TestKeepsBeforeItLooks(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=KeepsBeforeItLooks)


class TellsTheOldestFirst(MemoryPasswords):
    async def former(self, user_ids: Sequence[UserId]) -> Sequence[StoredPassword]:
        return list(reversed(await super().former(user_ids)))


@caught_by("test_former_passwords_are_kept_if_asked_the_latest_first")
class TestTellsTheOldestFirst(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=TellsTheOldestFirst)


class LeavesFormerSealsAlone(MemoryPasswords):
    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        stored = self._tables.passwords.get(user_id)
        return (
            stored is not None and stored.hash.reveal() == old.reveal() and await super().reseal(user_id, new, old=old)
        )


@caught_by("test_a_former_hash_is_sealed_anew_alone")
class TestLeavesFormerSealsAlone(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=LeavesFormerSealsAlone)


class CountsChanges(MemoryPasswords):
    async def count(self) -> int:
        return sum(password.version for password in self._tables.passwords.values())


@caught_by("test_they_can_be_counted")
class TestCountsChanges(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(passwords=CountsChanges)


@caught_by(
    "test_a_log_in_waits_for_a_change_and_sees_it",
    "test_a_change_waits_for_a_log_in_and_ends_its_session",
    "test_a_second_change_waits_for_the_first_one",
)
class TestNobodyWaits(PasswordsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked)
