"""The contract notices stores of users that mistake the invited for somebody else."""

from dataclasses import replace
from datetime import datetime
from typing import override

import pytest

from auth_adapters.memory.users import MemoryUsers
from auth_core.ids import UserId
from auth_core.testing.contracts.invited_users import InvitedUsersContract
from auth_core.testing.contracts.storage import Storage
from auth_core.users.locale import Locale
from auth_core.users.model import Name, User, UserStatus
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class EnablesTheInvited(MemoryUsers):
    @override
    async def set_status(self, user_id: UserId, status: UserStatus, *, now: datetime) -> int | None:
        user = await self.find(user_id)
        if user is None or user.status is not UserStatus.INVITED:
            return await super().set_status(user_id, status, now=now)
        self._keep(replace(user, status=status))
        return await self.raise_security_version(user_id, now=now)


@caught_by("test_the_status_of_an_invited_user_stays")
class TestEnablesTheInvited(InvitedUsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=EnablesTheInvited)


class LooksThenAccepts(MemoryUsers):
    @override
    async def accept_invitation(
        self, user_id: UserId, *, first_name: Name, last_name: Name, locale: Locale | None, now: datetime
    ) -> User | None:
        before = await self.find(user_id)
        await gap()
        if before is None or before.status is not UserStatus.INVITED:
            return None
        self._keep(before)
        return await super().accept_invitation(
            user_id, first_name=first_name, last_name=last_name, locale=locale, now=now
        )


@caught_by("test_of_many_who_accept_at_once_one_does")
class TestLooksThenAccepts(InvitedUsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, users=LooksThenAccepts)


class RestoresTheInvitedAsActive(MemoryUsers):
    @override
    async def restore(self, user_id: UserId, *, now: datetime) -> User | None:
        restored = await super().restore(user_id, now=now)
        return None if restored is None else self._keep(replace(restored, status=UserStatus.ACTIVE))


@caught_by("test_a_deleted_user_is_restored_as_an_invited_one")
class TestRestoresTheInvitedAsActive(InvitedUsersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(users=RestoresTheInvitedAsActive)
