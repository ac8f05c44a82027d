"""The contract notices stores of users that do not keep it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import override

import pytest

from auth_adapters.memory.users import MemoryUsers
from auth_core import EmailTaken
from auth_core.ids import UserId
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users import UsersContract
from auth_core.users.email_address import CanonicalEmail, EmailAddress
from auth_core.users.model import Name, User, UserStatus
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class ChecksThenAdds(MemoryUsers):
    async def add(self, user: User) -> bool:
        if user.email.canonical in self._tables.addresses:
            return False
        await gap()
        self._tables.addresses[user.email.canonical] = user.id
        self._tables.security_versions[user.id] = 0
        self._tables.users[user.id] = user
        return True


@caught_by(
    "test_of_many_who_want_an_address_at_once_one_gets_it",
    "test_an_address_is_free_once_whoever_wanted_it_first_has_rolled_back",
)
class TestChecksThenAdds(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, users=ChecksThenAdds)


class MindsCase(MemoryUsers):
    async def add(self, user: User) -> bool:
        if user.email.address in self._tables.addresses:
            return False
        await super().add(user)
        self._tables.addresses[CanonicalEmail(user.email.address)] = user.id
        self._tables.users[user.id] = user
        return True


@caught_by("test_an_address_is_given_once_whatever_its_case")
class TestMindsCase(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=MindsCase)


class RaisesInside(MemoryUsers):
    async def add(self, user: User) -> bool:
        if not await super().add(user):
            raise EmailTaken
        return True


@caught_by(
    "test_an_address_is_given_once_whatever_its_case",
    "test_the_transaction_goes_on_after_an_address_was_taken",
    raises=(EmailTaken,),
)
class TestRaisesInside(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=RaisesInside)


class KeepsTheCanonicalForm(MemoryUsers):
    async def add(self, user: User) -> bool:
        return await super().add(replace(user, email=type(user.email)(user.email.canonical)))


@caught_by("test_a_user_comes_back_as_they_were_added")
class TestKeepsTheCanonicalForm(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=KeepsTheCanonicalForm)


class DropsMicroseconds(MemoryUsers):
    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        return await super().record_log_in(user_id, now=now.replace(microsecond=0))


@caught_by("test_a_log_in_is_stamped")
class TestDropsMicroseconds(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=DropsMicroseconds)


class EmptiesWhatIsNotGiven(MemoryUsers):
    async def rename(
        self, user_id: UserId, *, first_name: Name | None, last_name: Name | None, now: datetime
    ) -> User | None:
        return await super().rename(
            user_id, first_name=first_name or Name("-"), last_name=last_name or Name("-"), now=now
        )


@caught_by("test_renaming_changes_what_is_given_and_leaves_the_rest")
class TestEmptiesWhatIsNotGiven(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=EmptiesWhatIsNotGiven)


class LetsTheDisabledIn(MemoryUsers):
    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        user = self._tables.users.get(user_id)
        return None if user is None else self._keep(replace(user, last_login_at=now))


@caught_by("test_only_active_users_log_in", "test_a_log_in_waits_for_a_change_of_status")
class TestLetsTheDisabledIn(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=LetsTheDisabledIn)


class ForgetsTheSecurityVersion(MemoryUsers):
    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        changed = await super().set_status(user_id, status, now=now)
        self._tables.security_versions[user_id] = 0
        return changed


@caught_by("test_a_change_of_status_raises_the_security_version")
class TestForgetsTheSecurityVersion(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=ForgetsTheSecurityVersion)


class ReadsThenRaisesTheSecurityVersion(MemoryUsers):
    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        version = self._tables.security_versions.get(user_id)
        if version is None:
            return None
        await gap()
        self._tables.security_versions[user_id] = version + 1
        return version + 1


@caught_by(
    "test_many_who_raise_the_security_version_at_once_raise_it_as_often",
    "test_a_log_in_waits_for_the_raising_of_the_security_version",
)
class TestReadsThenRaisesTheSecurityVersion(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, users=ReadsThenRaisesTheSecurityVersion)


class TellsTheOldSecurityVersion(MemoryUsers):
    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        raised = await super().raise_security_version(user_id, now=now)
        return None if raised is None else raised - 1


@caught_by("test_the_security_version_is_raised_and_told", "test_a_change_of_status_raises_the_security_version")
class TestTellsTheOldSecurityVersion(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=TellsTheOldSecurityVersion)


class ChecksThenSetsTheStatus(MemoryUsers):
    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        user = self._tables.users.get(user_id)
        if user is None or user.status is status:
            return None
        await gap()
        self._keep(replace(user, status=status, updated_at=now))
        return 1


@caught_by("test_of_many_who_change_the_status_at_once_one_does")
class TestChecksThenSetsTheStatus(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, users=ChecksThenSetsTheStatus)


@caught_by(
    "test_a_log_in_waits_for_a_change_of_status",
    "test_a_change_of_password_waits_for_a_change_of_status",
    "test_a_change_of_status_waits_for_a_log_in",
    "test_the_end_of_all_sessions_waits_for_a_log_in",
)
class TestNobodyWaits(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked)


class ChangesUncounted(MemoryUsers):
    def _keep(self, user: User) -> User:
        return super()._keep(replace(user, version=0))


@caught_by(
    "test_every_change_counts_the_version_and_a_log_in_does_not", "test_many_who_change_a_user_at_once_are_all_counted"
)
class TestChangesUncounted(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=ChangesUncounted)


class CountsLogIns(MemoryUsers):
    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        user = await super().record_log_in(user_id, now=now)
        return user and self._keep(replace(user, version=user.version + 1))


@caught_by("test_every_change_counts_the_version_and_a_log_in_does_not")
class TestCountsLogIns(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=CountsLogIns)


class ChecksThenChangesTheAddress(MemoryUsers):
    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        if self._tables.addresses.get(email.canonical, user_id) != user_id:
            raise EmailTaken
        await gap()
        self._tables.addresses.pop(email.canonical, None)
        return await super().change_email(user_id, email, now=now)


@caught_by("test_of_many_who_change_to_an_address_at_once_one_gets_it")
class TestChecksThenChangesTheAddress(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, users=ChecksThenChangesTheAddress)


class KeepsTheOldAddressToo(MemoryUsers):
    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        before = self._tables.users.get(user_id)
        after = await super().change_email(user_id, email, now=now)
        if before is not None:
            self._tables.addresses[before.email.canonical] = user_id
        return after


@caught_by("test_whoever_gets_another_address_is_found_by_it_and_the_old_one_is_free")
class TestKeepsTheOldAddressToo(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=KeepsTheOldAddressToo)


class FreesTheAddress(MemoryUsers):
    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        version = await super().delete(user_id, now=now)
        if version is not None:
            del self._tables.addresses[self._tables.users[user_id].email.canonical]
        return version


@caught_by("test_the_address_of_a_deleted_user_stays_taken")
class TestFreesTheAddress(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=FreesTheAddress)


class RestoresEverybodyAsActive(MemoryUsers):
    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        user = await super().restore(user_id, now=now)
        return user and self._keep(replace(user, status=UserStatus.ACTIVE))


@caught_by("test_a_deleted_user_is_restored_as_they_were")
class TestRestoresEverybodyAsActive(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=RestoresEverybodyAsActive)


class EnablesTheDeleted(MemoryUsers):
    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        await self.restore(user_id, now=now)
        return await super().set_status(user_id, status, now=now)


@caught_by("test_the_status_of_a_deleted_user_stays")
class TestEnablesTheDeleted(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=EnablesTheDeleted)


class DeletesQuietly(MemoryUsers):
    async def delete(self, user_id: UserId, *, now: datetime) -> int | None:
        version = await super().delete(user_id, now=now)
        if version is not None:
            self._tables.security_versions[user_id] = 0
        return version


@caught_by("test_a_deletion_raises_the_security_version")
class TestDeletesQuietly(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=DeletesQuietly)


class TakesEveryAddressForProven(MemoryUsers):
    @override
    async def change_email(self, user_id: UserId, email: EmailAddress, *, now: datetime) -> User | None:
        before = await self.find(user_id)
        changed = await super().change_email(user_id, email, now=now)
        if before is None or changed is None:
            return None
        return self._keep(replace(changed, email_verified_at=before.email_verified_at))


@caught_by("test_another_address_is_not_proven")
class TestTakesEveryAddressForProven(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=TakesEveryAddressForProven)


class ProvesAgainAndAgain(MemoryUsers):
    @override
    async def verify_email(self, user_id: UserId, *, now: datetime) -> bool:
        user = await self.find(user_id)
        if user is None:
            return False
        self._keep(replace(user, email_verified_at=now, updated_at=now, version=user.version + 1))
        return True


@caught_by("test_an_address_is_proven_once_and_another_spelling_of_it_is_too")
class TestProvesAgainAndAgain(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=ProvesAgainAndAgain)


class KeepsThePassword(MemoryUsers):
    @override
    async def erase(self, user_id: UserId) -> bool:
        kept = self._tables.passwords.get(user_id)
        erased = await super().erase(user_id)
        if kept is not None:
            self._tables.passwords[user_id] = kept
        return erased


@caught_by("test_whoever_is_erased_leaves_nothing_and_the_address_is_free")
class TestKeepsThePassword(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=KeepsThePassword)


class TakesTheRestoredForDeleted(MemoryUsers):
    @override
    async def deleted_before(self, moment: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        once = sorted(each.id for each in self._tables.users.values() if each.updated_at < moment and each.version)
        return [each for each in once if after is None or each > after][:limit]


@caught_by("test_those_who_were_deleted_before_a_moment_are_found_in_order")
class TestTakesTheRestoredForDeleted(UsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=TakesTheRestoredForDeleted)
