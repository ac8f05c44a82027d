"""What every store of roles promises."""

from dataclasses import replace

import pytest

from auth_core.access.errors import RoleNotFound
from auth_core.access.model import ADMIN, SYSTEM_ROLES, USER, Assignment, Role, RoleName, permission
from auth_core.assembly import Tx
from auth_core.ids import UserId
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import principal_now, set_status, stored_role, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import FAR_AHEAD, NOON
from auth_core.users.model import UserStatus


class RolesContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_the_system_roles_are_there(self, storage: Storage) -> None:
        roles = await in_transaction(storage, lambda tx: tx.roles.list_all())

        assert [role for role in roles if role.system] == sorted(SYSTEM_ROLES, key=lambda role: role.name)

    async def test_roles_are_listed_by_name(self, storage: Storage) -> None:
        names = [role.name for role in await in_transaction(storage, lambda tx: tx.roles.list_all())]

        assert names == sorted(names)

    async def test_a_role_is_given_once(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)

        given = [await _assign(storage, user.id) for _ in range(2)]

        assert given == [True, False]
        assert (await principal_now(storage, user.id)).roles == (ADMIN.name,)
        assert (await principal_now(storage, bystander.id)).roles == ()

    async def test_a_user_holds_several_roles(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name,))

        assert await _assign(storage, user.id)

        assert (await principal_now(storage, user.id)).roles == (ADMIN.name, USER.name)

    async def test_a_role_may_be_given_by_somebody(self, storage: Storage) -> None:
        user, giver = await stored_user(storage), await stored_user(storage)

        given = await in_transaction(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=giver.id, now=NOON))

        assert given

    async def test_a_role_that_is_not_there_is_not_given(self, storage: Storage) -> None:
        user = await stored_user(storage)

        with pytest.raises(RoleNotFound):
            await in_transaction(
                storage, lambda tx: tx.roles.assign(user.id, RoleName("no-such-role"), by=None, now=NOON)
            )

        assert (await principal_now(storage, user.id)).roles == ()

    async def test_of_many_who_give_a_role_at_once_one_does(self, storage: Storage) -> None:
        user = await stored_user(storage)

        given = await race(20, lambda: _assign(storage, user.id))

        assert sorted(given) == [False] * 19 + [True]

    async def test_a_role_may_be_given_once_the_one_before_was_rolled_back(self, storage: Storage) -> None:
        user = await stored_user(storage)

        given = await while_open(
            storage,
            lambda tx: tx.roles.assign(user.id, ADMIN.name, by=None, now=NOON),
            lambda: _assign(storage, user.id),
            rolled_back=True,
        )

        assert given

    async def test_a_role_whose_giving_was_rolled_back_is_not_held(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await roll_back(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=None, now=NOON))

        assert (await principal_now(storage, user.id)).roles == ()

    async def test_a_role_is_taken_away_once(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(ADMIN.name, USER.name))
        bystander = await stored_user(storage, roles=(ADMIN.name,))

        taken = [await _withdraw(storage, user.id) for _ in range(2)]

        assert taken == [True, False]
        assert (await principal_now(storage, user.id)).roles == (USER.name,)
        assert (await principal_now(storage, bystander.id)).roles == (ADMIN.name,)

    async def test_of_many_who_take_a_role_away_at_once_one_does(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(ADMIN.name,))

        taken = await race(20, lambda: _withdraw(storage, user.id))

        assert sorted(taken) == [False] * 19 + [True]

    async def test_what_is_held_says_since_when_and_by_whose_hand(self, storage: Storage) -> None:
        user, giver = await stored_user(storage, roles=(USER.name,)), await stored_user(storage)
        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=giver.id, now=NOON))
        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=None, now=FAR_AHEAD))

        held = await in_transaction(storage, lambda tx: tx.roles.lock_held(user.id))

        assert held == {
            USER.name: Assignment(role=USER.name, at=NOON, by=None),
            ADMIN.name: Assignment(role=ADMIN.name, at=NOON, by=giver.id),
        }

    async def test_the_disabled_hold_roles_and_the_unknown_do_not(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name,))
        await set_status(storage, user, UserStatus.DISABLED)

        held = await in_transaction(storage, lambda tx: tx.roles.lock_held(user.id))

        assert held is not None
        assert set(held) == {USER.name}
        assert await in_transaction(storage, lambda tx: tx.roles.lock_held(a_user().id)) is None

    async def test_whoever_wants_to_see_what_is_held_waits_for_who_changes_it(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(ADMIN.name,))

        async def change(tx: Tx) -> None:
            await tx.roles.lock_held(user.id)
            await tx.roles.withdraw(user.id, ADMIN.name)

        held = await while_open(
            storage, change, lambda: in_transaction(storage, lambda tx: tx.roles.lock_held(user.id))
        )

        assert held == {}

    async def test_a_change_of_status_waits_for_who_has_seen_what_is_held(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await while_open(
            storage,
            lambda tx: tx.roles.lock_held(user.id),
            lambda: set_status(storage, user, UserStatus.DISABLED),
        )

    async def test_another_holder_is_one_who_is_active(self, storage: Storage) -> None:
        role, other_role = await stored_role(storage), await stored_role(storage)
        user, other = [await stored_user(storage, roles=(role.name,)) for _ in range(2)]
        await stored_user(storage, roles=(other_role.name,))

        with_another = await _others_hold(storage, role, user.id)
        await set_status(storage, other, UserStatus.DISABLED)
        without = await _others_hold(storage, role, user.id)

        assert with_another
        assert not without

    async def test_of_two_last_holders_one_stays(self, storage: Storage) -> None:
        role = await stored_role(storage)
        two = [await stored_user(storage, roles=(role.name,)) for _ in range(2)]

        async def give_up(tx: Tx, user_id: UserId) -> bool:
            await tx.roles.lock_held(user_id)
            if not await tx.roles.others_hold(role.name, besides=user_id):
                return False
            return await tx.roles.withdraw(user_id, role.name)

        second = await while_open(
            storage,
            lambda tx: give_up(tx, two[0].id),
            lambda: in_transaction(storage, lambda tx: give_up(tx, two[1].id)),
        )

        assert not second
        assert (await principal_now(storage, two[0].id)).roles == ()
        assert (await principal_now(storage, two[1].id)).roles == (role.name,)

    async def test_a_role_is_kept_as_it_is(self, storage: Storage) -> None:
        parent = await stored_role(storage, "invoices:read", "*")

        role = await stored_role(storage, "invoices:approve", "users:*", parents=(parent,))

        assert await _find(storage, parent) == parent
        assert await _find(storage, role) == role
        assert role.allows == {"*", "invoices:approve", "invoices:read", "users:*"}

    async def test_a_role_takes_the_place_of_the_one_of_its_name(self, storage: Storage) -> None:
        parent, bystander = await stored_role(storage), await stored_role(storage, "users:read")
        role = await stored_role(storage, "invoices:read")
        other = replace(
            role,
            description="Naïve “quotes” \\ and 💶.",
            permissions=frozenset(),
            parents=frozenset({parent.name}),
            inherited=frozenset({permission("reports:read")}),
            version=role.version + 7,
        )

        await in_transaction(storage, lambda tx: tx.roles.keep(other, replace(parent, description="")))

        assert await _find(storage, role) == other
        assert await _find(storage, parent) == replace(parent, description="")
        assert await _find(storage, bystander) == bystander

    async def test_nothing_can_be_kept(self, storage: Storage) -> None:
        await in_transaction(storage, lambda tx: tx.roles.keep())

    async def test_a_version_is_higher_than_all_before(self, storage: Storage) -> None:
        versions = [await in_transaction(storage, lambda tx: tx.roles.next_version()) for _ in range(3)]

        assert versions == sorted(set(versions))

    async def test_no_two_change_roles_at_once(self, storage: Storage) -> None:
        role = await stored_role(storage)

        async def change(tx: Tx) -> int:
            version = await tx.roles.next_version()
            await tx.roles.keep(replace(role, version=version))
            return version

        async def look(tx: Tx) -> tuple[int, Role]:
            version = await tx.roles.next_version()
            return version, next(each for each in await tx.roles.list_all() if each.name == role.name)

        version, seen = await while_open(storage, change, lambda: in_transaction(storage, look))

        assert version > seen.version > role.version

    async def test_a_role_that_nobody_holds_is_removed_once(self, storage: Storage) -> None:
        role, other = await stored_role(storage), await stored_role(storage)

        removed = [await _remove(storage, role) for _ in range(2)]

        assert removed == [True, False]
        assert await _find(storage, role) is None
        assert await _find(storage, other) == other

    async def test_a_role_that_is_held_is_not_removed(self, storage: Storage) -> None:
        role = await stored_role(storage)
        user = await stored_user(storage, roles=(role.name,))
        await set_status(storage, user, UserStatus.DISABLED)

        removed = await _remove(storage, role)

        assert not removed
        assert await _find(storage, role) == role

    async def test_a_role_that_is_being_given_is_not_removed(self, storage: Storage) -> None:
        role, user = await stored_role(storage), await stored_user(storage)

        removed = await while_open(
            storage,
            lambda tx: tx.roles.assign(user.id, role.name, by=None, now=NOON),
            lambda: _remove(storage, role),
        )

        assert not removed
        assert (await principal_now(storage, user.id)).roles == (role.name,)

    async def test_a_role_that_is_being_removed_is_not_given(self, storage: Storage) -> None:
        role, user = await stored_role(storage), await stored_user(storage)

        async def assign() -> bool:
            try:
                return await in_transaction(storage, lambda tx: tx.roles.assign(user.id, role.name, by=None, now=NOON))
            except RoleNotFound:
                return False

        given = await while_open(storage, lambda tx: tx.roles.remove(role.name), assign)

        assert not given
        assert (await principal_now(storage, user.id)).roles == ()


async def _assign(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.roles.assign(user_id, ADMIN.name, by=None, now=NOON))


async def _withdraw(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.roles.withdraw(user_id, ADMIN.name))


async def _others_hold(storage: Storage, role: Role, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.roles.others_hold(role.name, besides=user_id))


async def _remove(storage: Storage, role: Role) -> bool:
    return await in_transaction(storage, lambda tx: tx.roles.remove(role.name))


async def _find(storage: Storage, role: Role) -> Role | None:
    roles = await in_transaction(storage, lambda tx: tx.roles.list_all())
    return next((each for each in roles if each.name == role.name), None)
