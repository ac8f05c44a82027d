"""What every reader of rights promises."""

from auth_core.access.model import ADMIN, EVERYTHING, USER, Principal
from auth_core.assembly import Tx
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import change_role, principal_now, set_status, stored_role, stored_user
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class PrincipalsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_principal_has_the_rights_of_all_their_roles(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name, ADMIN.name))

        principal = await principal_now(storage, user.id)

        assert principal.user_id == user.id
        assert principal.roles == (ADMIN.name, USER.name)
        assert principal.permissions == (EVERYTHING,)

    async def test_a_principal_has_what_their_roles_inherit(self, storage: Storage) -> None:
        parent = await stored_role(storage, "invoices:read", "reports:read")
        role = await stored_role(storage, "invoices:approve", "reports:read", parents=(parent,))
        user = await stored_user(storage, roles=(role.name,))

        principal = await principal_now(storage, user.id)

        assert principal.roles == (role.name,)
        assert principal.permissions == ("invoices:approve", "invoices:read", "reports:read")

    async def test_a_change_of_a_role_is_seen_and_counted(self, storage: Storage) -> None:
        role = await stored_role(storage, "invoices:read")
        user = await stored_user(storage, roles=(role.name,))
        before = await principal_now(storage, user.id)

        changed = await change_role(storage, role, "invoices:approve")

        after = await principal_now(storage, user.id)
        assert (before.permissions, after.permissions) == (("invoices:read",), ("invoices:approve",))
        assert before.roles_version < changed.version <= after.roles_version
        assert before.security_version == after.security_version

    async def test_without_a_role_there_are_no_rights(self, storage: Storage) -> None:
        user = await stored_user(storage)

        principal = await principal_now(storage, user.id)

        assert principal.roles == ()
        assert principal.permissions == ()

    async def test_a_role_without_permissions_gives_none(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name,))

        principal = await principal_now(storage, user.id)

        assert principal.roles == (USER.name,)
        assert principal.permissions == ()

    async def test_everybody_has_their_own_rights(self, storage: Storage) -> None:
        admin, user = await stored_user(storage, roles=(ADMIN.name,)), await stored_user(storage, roles=(USER.name,))

        assert (await principal_now(storage, admin.id)).roles == (ADMIN.name,)
        assert (await principal_now(storage, user.id)).roles == (USER.name,)

    async def test_the_unknown_are_no_principals(self, storage: Storage) -> None:
        assert await in_transaction(storage, lambda tx: tx.principals.find(a_user().id)) is None

    async def test_the_disabled_are_no_principals(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(ADMIN.name,))
        await set_status(storage, user, UserStatus.DISABLED)

        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None

    async def test_the_enabled_are_principals_again(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(ADMIN.name,))
        await set_status(storage, user, UserStatus.DISABLED)
        await set_status(storage, user, UserStatus.ACTIVE)

        assert (await principal_now(storage, user.id)).roles == (ADMIN.name,)

    async def test_a_transaction_sees_the_rights_it_gave(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def promote(tx: Tx) -> Principal | None:
            await tx.roles.assign(user.id, ADMIN.name, by=None, now=NOON)
            return await tx.principals.find(user.id)

        principal = await in_transaction(storage, promote)

        assert principal is not None
        assert principal.roles == (ADMIN.name,)
