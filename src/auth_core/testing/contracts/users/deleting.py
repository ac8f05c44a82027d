"""What every store of users promises: who is deleted is there, until they are restored."""

from auth_core.access.model import USER
from auth_core.testing.builders import a_password_hash, a_user
from auth_core.testing.contracts.arrangement import principal_now, set_status, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import (
    LATER,
    change_status,
    delete,
    find_user,
    found_user,
    record_log_in,
    restore,
)
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class Deleting:
    """Part of `UsersContract`: who is deleted is there, until they are restored."""

    async def test_a_deleted_user_keeps_everything(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name,))

        await delete(storage, user.id)

        gone = await found_user(storage, user)
        assert (gone.status, gone.deleted_at, gone.updated_at) == (UserStatus.DELETED, LATER, LATER)
        assert (gone.email, gone.first_name, gone.created_at) == (user.email, user.first_name, user.created_at)
        held = await in_transaction(storage, lambda tx: tx.roles.lock_held(user.id))
        assert set(held or ()) == {USER.name}

    async def test_a_deleted_user_is_restored_as_they_were(self, storage: Storage) -> None:
        for status in (UserStatus.ACTIVE, UserStatus.DISABLED):
            user = await stored_user(storage)
            await set_status(storage, user, status)
            await delete(storage, user.id)

            restored = await restore(storage, user.id)

            assert restored is not None
            assert (restored.status, restored.deleted_at) == (status, None)
            assert await find_user(storage, user) == restored

    async def test_the_address_of_a_deleted_user_stays_taken(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await delete(storage, user.id)

        assert not await in_transaction(storage, lambda tx: tx.users.add(a_user(email=user.email.address)))
        found = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))
        assert found is not None
        assert found.id == user.id

    async def test_a_deleted_user_has_no_rights_and_neither_logs_in_nor_changes_a_password(
        self, storage: Storage
    ) -> None:
        user = await stored_user(storage)
        await delete(storage, user.id)

        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None
        assert await record_log_in(storage, user.id) is None
        assert not await in_transaction(
            storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=1, now=LATER)
        )

    async def test_the_status_of_a_deleted_user_stays(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await delete(storage, user.id)

        changed = [await change_status(storage, user.id, status) for status in (UserStatus.ACTIVE, UserStatus.DISABLED)]

        assert changed == [None, None]
        found = await found_user(storage, user)
        assert found.status is UserStatus.DELETED

    async def test_a_user_is_deleted_once_and_restored_once(self, storage: Storage) -> None:
        user = await stored_user(storage)

        deleted = await race(8, lambda: delete(storage, user.id))
        restored = await race(8, lambda: restore(storage, user.id))

        assert [version is not None for version in deleted].count(True) == 1
        assert [each is not None for each in restored].count(True) == 1

    async def test_nobody_is_neither_deleted_nor_restored(self, storage: Storage) -> None:
        stranger, user = a_user(), await stored_user(storage)

        assert await delete(storage, stranger.id) is None
        assert await restore(storage, stranger.id) is None
        assert await restore(storage, user.id) is None

    async def test_a_deletion_raises_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        deleted = await delete(storage, user.id)
        await restore(storage, user.id)

        assert deleted is not None
        assert before.security_version < deleted <= (await principal_now(storage, user.id)).security_version

    async def test_a_log_in_waits_for_a_deletion(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage, lambda tx: tx.users.delete(user.id, now=NOON), lambda: record_log_in(storage, user.id)
        )

        assert stamped is None
