"""What every reader of accounts at sign-in promises."""

import asyncio

from auth_core.testing.builders import a_password_hash, a_user
from auth_core.testing.contracts.arrangement import set_status, stored_user
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class CandidatesContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_an_account_is_found_with_its_password(self, storage: Storage) -> None:
        user = await stored_user(storage)
        password = await in_transaction(storage, lambda tx: tx.passwords.find(user.id))
        assert password is not None

        candidate = await storage.candidates.find(user.email.canonical)

        assert candidate is not None
        assert candidate.user == user
        assert candidate.password is not None
        assert (candidate.password.user_id, candidate.password.version) == (user.id, password.version)
        assert candidate.password.hash.reveal() == password.hash.reveal()

    async def test_an_account_without_a_password_is_found_without_one(self, storage: Storage) -> None:
        user = a_user()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        candidate = await storage.candidates.find(user.email.canonical)

        assert candidate is not None
        assert candidate.user == user
        assert candidate.password is None

    async def test_an_address_nobody_has_finds_nobody(self, storage: Storage) -> None:
        assert await storage.candidates.find(a_user().email.canonical) is None

    async def test_a_disabled_account_is_found_as_it_is(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await set_status(storage, user, UserStatus.DISABLED)

        candidate = await storage.candidates.find(user.email.canonical)

        assert candidate is not None
        assert candidate.user.status is UserStatus.DISABLED

    async def test_the_latest_password_is_found(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = a_password_hash()
        await in_transaction(storage, lambda tx: tx.passwords.change(user.id, new, version=1, now=NOON))

        candidate = await storage.candidates.find(user.email.canonical)

        assert candidate is not None
        assert candidate.password is not None
        assert (candidate.password.hash.reveal(), candidate.password.version) == (new.reveal(), 2)

    async def test_it_neither_waits_for_a_transaction_nor_sees_into_it(self, storage: Storage) -> None:
        user, newcomer = await stored_user(storage), a_user()

        async with storage.uow() as tx:
            await tx.users.add(newcomer)
            await tx.passwords.change(user.id, a_password_hash(), version=1, now=NOON)
            async with asyncio.timeout(PATIENCE):
                known = await storage.candidates.find(user.email.canonical)
                unknown = await storage.candidates.find(newcomer.email.canonical)

        assert known is not None
        assert known.password is not None
        assert known.password.version == 1
        assert unknown is None

    async def test_it_holds_nothing_afterwards(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await asyncio.gather(*(storage.candidates.find(user.email.canonical) for _ in range(20)))

        async with asyncio.timeout(PATIENCE):
            await set_status(storage, user, UserStatus.DISABLED)
        candidate = await storage.candidates.find(user.email.canonical)
        assert candidate is not None
        assert candidate.user.status is UserStatus.DISABLED
