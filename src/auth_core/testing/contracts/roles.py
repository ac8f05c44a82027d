"""What every store of roles promises."""

import pytest

from auth_core.access.errors import RoleNotFound
from auth_core.access.model import ADMIN, SYSTEM_ROLES, USER, RoleName
from auth_core.ids import UserId
from auth_core.testing.contracts.arrangement import principal_now, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON


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


async def _assign(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.roles.assign(user_id, ADMIN.name, by=None, now=NOON))
