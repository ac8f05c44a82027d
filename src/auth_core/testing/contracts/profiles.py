"""What every reader of people who are signed in promises."""

import asyncio

from auth_core.access.model import USER
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import set_status, stored_user
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class ProfilesContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_somebody_is_found_with_the_rights_of_this_moment(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await storage.profiles.find(user.id)
        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, USER.name, by=None, now=NOON))
        principal = await in_transaction(storage, lambda tx: tx.principals.find(user.id))

        after = await storage.profiles.find(user.id)

        assert before is not None
        assert (before.user, before.principal.roles) == (user, ())
        assert after is not None
        assert after.user == user
        assert after.principal == principal
        assert after.principal.roles == (USER.name,)

    async def test_an_id_nobody_has_finds_nobody(self, storage: Storage) -> None:
        await stored_user(storage)

        assert await storage.profiles.find(a_user().id) is None

    async def test_the_disabled_are_not_found(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await set_status(storage, user, UserStatus.DISABLED)

        assert await storage.profiles.find(user.id) is None

    async def test_it_neither_waits_for_a_transaction_nor_sees_into_it(self, storage: Storage) -> None:
        user, newcomer = await stored_user(storage), a_user()

        async with storage.uow() as tx:
            await tx.users.add(newcomer)
            await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
            async with asyncio.timeout(PATIENCE):
                known = await storage.profiles.find(user.id)
                unknown = await storage.profiles.find(newcomer.id)

        assert known is not None
        assert known.user.status is UserStatus.ACTIVE
        assert unknown is None

    async def test_it_holds_nothing_afterwards(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await asyncio.gather(*(storage.profiles.find(user.id) for _ in range(20)))

        async with asyncio.timeout(PATIENCE):
            await set_status(storage, user, UserStatus.DISABLED)
        assert await storage.profiles.find(user.id) is None
