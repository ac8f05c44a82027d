"""The contracts notice stores of roles and readers of rights that do not keep them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.access import MemoryPrincipals, MemoryRoleHolders, MemoryRoles
from auth_core.access.model import Assignment, Principal, Role, RoleName, principal
from auth_core.access.ports import Holder
from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.testing import a_user
from auth_core.testing.contracts.principals import PrincipalsContract
from auth_core.testing.contracts.role_holders import RoleHoldersContract
from auth_core.testing.contracts.roles import RolesContract
from auth_core.testing.contracts.storage import Storage
from auth_core.users.model import UserStatus
from tests.unit.contracts.broken_storage import BrokenUnitOfWork, Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class ChecksThenGives(MemoryRoles):
    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        held = self._tables.roles_held.get(user_id, {})
        if role in held:
            return False
        await gap()
        return await super().assign(user_id, role, by=by, now=now) or True


@caught_by("test_of_many_who_give_a_role_at_once_one_does")
class TestChecksThenGives(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, roles=ChecksThenGives)


class GivesWhatIsNotThere(MemoryRoles):
    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        return role in self._tables.roles and await super().assign(user_id, role, by=by, now=now)


@caught_by("test_a_role_that_is_not_there_is_not_given")
class TestGivesWhatIsNotThere(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=GivesWhatIsNotThere)


class TakesTheOldRoleAway(MemoryRoles):
    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        given = await super().assign(user_id, role, by=by, now=now)
        self._tables.roles_held[user_id] = {role: Assignment(role=role, at=now, by=by)}
        return given


@caught_by("test_a_user_holds_several_roles")
class TestTakesTheOldRoleAway(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=TakesTheOldRoleAway)


class TakesItFromEverybody(MemoryRoles):
    async def withdraw(self, user_id: UserId, role: RoleName) -> bool:
        for each in self._tables.users:
            await super().withdraw(each, role)
        return await super().withdraw(user_id, role)


@caught_by("test_a_role_is_taken_away_once")
class TestTakesItFromEverybody(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=TakesItFromEverybody)


class LooksThenTakes(MemoryRoles):
    async def withdraw(self, user_id: UserId, role: RoleName) -> bool:
        held = role in self._held(user_id)
        await gap()
        await super().withdraw(user_id, role)
        return held


@caught_by("test_of_many_who_take_a_role_away_at_once_one_does")
class TestLooksThenTakes(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, roles=LooksThenTakes)


class ForgetsWhoGaveIt(MemoryRoles):
    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        return await super().assign(user_id, role, by=None, now=now)


@caught_by("test_what_is_held_says_since_when_and_by_whose_hand")
class TestForgetsWhoGaveIt(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=ForgetsWhoGaveIt)


@caught_by(
    "test_of_two_last_holders_one_stays",
    "test_whoever_wants_to_see_what_is_held_waits_for_who_changes_it",
    "test_a_change_of_status_waits_for_who_has_seen_what_is_held",
    "test_no_two_change_roles_at_once",
    "test_a_role_that_is_being_given_is_not_removed",
    "test_a_role_that_is_being_removed_is_not_given",
)
class TestLocksNothing(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked)


class CountsTheDisabled(MemoryRoles):
    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        return any(each != besides and role in self._held(each) for each in self._tables.users)


@caught_by("test_another_holder_is_one_who_is_active")
class TestCountsTheDisabled(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=CountsTheDisabled)


class CountsThemselves(MemoryRoles):
    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        return await super().others_hold(role, besides=a_user().id)


@caught_by("test_another_holder_is_one_who_is_active", "test_of_two_last_holders_one_stays")
class TestCountsThemselves(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=CountsThemselves)


class ForgetsWhatIsInherited(MemoryRoles):
    async def keep(self, *roles: Role) -> None:
        await super().keep(*(replace(role, inherited=frozenset()) for role in roles))


@caught_by("test_a_role_is_kept_as_it_is", "test_a_role_takes_the_place_of_the_one_of_its_name")
class TestForgetsWhatIsInherited(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=ForgetsWhatIsInherited)


@caught_by("test_a_principal_has_what_their_roles_inherit")
class TestForgetsInheritedRights(PrincipalsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=ForgetsWhatIsInherited)


class KeepsTheFirstOnly(MemoryRoles):
    async def keep(self, *roles: Role) -> None:
        await super().keep(*roles[:1])


@caught_by("test_a_role_takes_the_place_of_the_one_of_its_name")
class TestKeepsTheFirstOnly(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=KeepsTheFirstOnly)


class StandsStill(MemoryRoles):
    async def next_version(self) -> int:
        return 1


@caught_by("test_a_version_is_higher_than_all_before", "test_no_two_change_roles_at_once")
class TestStandsStill(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=StandsStill)


class RemovesWhatIsHeld(MemoryRoles):
    async def remove(self, role: RoleName) -> bool:
        return self._tables.roles.pop(role, None) is not None


@caught_by("test_a_role_that_is_held_is_not_removed", raises=(AssertionError, KeyError))
class TestRemovesWhatIsHeld(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=RemovesWhatIsHeld)


class CountsTheChosenRolesOnly(MemoryRoleHolders):
    async def combinations(self, roles: Collection[RoleName]) -> Mapping[frozenset[RoleName], int]:
        return Counter(held & frozenset(roles) for held in self._holders(roles).values())


@caught_by("test_holders_are_counted_by_all_they_hold")
class TestCountsTheChosenRolesOnly(RoleHoldersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(role_holders=CountsTheChosenRolesOnly)


class ListsTheActiveOnly(MemoryRoleHolders):
    def _holders(self, roles: Collection[RoleName]) -> dict[UserId, frozenset[RoleName]]:
        found = super()._holders(roles)
        return {each: held for each, held in found.items() if self._tables.users[each].status is UserStatus.ACTIVE}


@caught_by("test_the_disabled_are_counted_and_listed_too")
class TestListsTheActiveOnly(RoleHoldersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(role_holders=ListsTheActiveOnly)


class SkipsOne(MemoryRoleHolders):
    async def page(self, roles: Collection[RoleName], *, after: UserId | None, limit: int) -> Page[Holder, UserId]:
        page = await super().page(roles, after=after, limit=limit + 1)
        return replace(page, items=page.items[:limit])


@caught_by("test_pages_follow_each_other_without_a_gap")
class TestSkipsOne(RoleHoldersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(role_holders=SkipsOne)


class ThereIsAlwaysMore(MemoryRoleHolders):
    async def page(self, roles: Collection[RoleName], *, after: UserId | None, limit: int) -> Page[Holder, UserId]:
        page = await super().page(roles, after=after, limit=limit)
        return replace(page, next=page.items[-1].user_id if page.items else None)


@caught_by("test_a_page_that_is_just_full_is_the_last")
class TestThereIsAlwaysMore(RoleHoldersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(role_holders=ThereIsAlwaysMore)


class ForgetsTheVersionOfRoles(MemoryPrincipals):
    async def find(self, user_id: UserId) -> Principal | None:
        found = await super().find(user_id)
        return found and replace(found, roles_version=0)


@caught_by("test_a_change_of_a_role_is_seen_and_counted")
class TestForgetsTheVersionOfRoles(PrincipalsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(principals=ForgetsTheVersionOfRoles)


class ListsInAnyOrder(MemoryRoles):
    async def list_all(self) -> Sequence[Role]:
        return list(reversed(await super().list_all()))


@caught_by("test_roles_are_listed_by_name")
class TestListsInAnyOrder(RolesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(roles=ListsInAnyOrder)


class ForgetsTheStatus(MemoryPrincipals):
    async def find(self, user_id: UserId) -> Principal | None:
        tables = self._tables
        if user_id not in tables.users:
            return None
        held = tables.roles_held.get(user_id, {})
        return principal(user_id, tables.security_versions[user_id], (tables.roles[name] for name in held))


@caught_by("test_the_disabled_are_no_principals")
class TestForgetsTheStatus(PrincipalsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(principals=ForgetsTheStatus)


class GivesEverybodysRights(MemoryPrincipals):
    async def find(self, user_id: UserId) -> Principal | None:
        found = await super().find(user_id)
        return found and principal(user_id, found.security_version, self._tables.roles.values())


@caught_by("test_everybody_has_their_own_rights", "test_without_a_role_there_are_no_rights")
class TestGivesEverybodysRights(PrincipalsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(principals=GivesEverybodysRights)


@caught_by("test_a_transaction_sees_the_rights_it_gave")
class TestReadsOutsideItsTransaction(PrincipalsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return storage_in(BrokenUnitOfWork, store, principals=lambda _: MemoryPrincipals(store.committed))
