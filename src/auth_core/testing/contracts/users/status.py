"""What every store of users promises: active or disabled, and the security version that tells."""

from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import principal_now, stored_user
from auth_core.testing.contracts.concurrency import race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import (
    LATER,
    change_status,
    find_user,
    found_user,
    raise_version,
    record_log_in,
)
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class Status:
    """Part of `UsersContract`: active or disabled, and the security version that tells."""

    async def test_the_status_changes_once(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = [await change_status(storage, user.id, UserStatus.DISABLED) for _ in range(2)]

        assert [version is not None for version in changed] == [True, False]
        found = await found_user(storage, user)
        assert (found.status, found.updated_at) == (UserStatus.DISABLED, LATER)

    async def test_the_status_of_nobody_does_not_change(self, storage: Storage) -> None:
        assert not await change_status(storage, a_user().id, UserStatus.DISABLED)

    async def test_of_many_who_change_the_status_at_once_one_does(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = await race(20, lambda: change_status(storage, user.id, UserStatus.DISABLED))

        assert [version is not None for version in changed].count(True) == 1

    async def test_a_change_of_status_raises_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        disabled = await change_status(storage, user.id, UserStatus.DISABLED)
        enabled = await change_status(storage, user.id, UserStatus.ACTIVE)

        after = await principal_now(storage, user.id)
        assert disabled is not None
        assert before.security_version < disabled < after.security_version == enabled

    async def test_no_change_of_status_leaves_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        assert await change_status(storage, user.id, UserStatus.ACTIVE) is None

        assert await principal_now(storage, user.id) == before

    async def test_the_security_version_is_raised_and_told(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        before, theirs = await principal_now(storage, user.id), await principal_now(storage, bystander.id)

        raised = await raise_version(storage, user.id)

        assert raised is not None
        assert before.security_version < raised == (await principal_now(storage, user.id)).security_version
        assert await find_user(storage, user) == user
        assert await principal_now(storage, bystander.id) == theirs

    async def test_nobody_has_no_security_version_to_raise(self, storage: Storage) -> None:
        assert await raise_version(storage, a_user().id) is None

    async def test_many_who_raise_the_security_version_at_once_raise_it_as_often(self, storage: Storage) -> None:
        user = await stored_user(storage)

        raised = await race(20, lambda: raise_version(storage, user.id))

        assert len(set(raised)) == 20
        assert max(version or 0 for version in raised) == (await principal_now(storage, user.id)).security_version

    async def test_a_security_version_whose_raising_is_rolled_back_stays(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        await roll_back(storage, lambda tx: tx.users.raise_security_version(user.id, now=NOON))

        assert await principal_now(storage, user.id) == before

    async def test_a_log_in_waits_for_the_raising_of_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage,
            lambda tx: tx.users.raise_security_version(user.id, now=NOON),
            lambda: record_log_in(storage, user.id),
        )

        assert stamped is not None
