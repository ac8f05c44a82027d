"""What every store of users promises: an address that changes, and one that is proven."""

from dataclasses import replace

import pytest

from auth_core.testing.builders import a_user, an_email
from auth_core.testing.contracts.arrangement import stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import LATER, change_email, find_user, found_user, verify_email
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import EmailTaken


class Addresses:
    """Part of `UsersContract`: an address that changes, and one that is proven."""

    async def test_whoever_gets_another_address_is_found_by_it_and_the_old_one_is_free(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        new = EmailAddress.parse(an_email())

        changed = await change_email(storage, user.id, new)

        assert changed is not None
        assert (changed.email, changed.first_name, changed.updated_at) == (new, user.first_name, LATER)
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(new.canonical)) == changed
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical)) is None
        assert await in_transaction(storage, lambda tx: tx.users.add(a_user(email=user.email.address)))
        assert await find_user(storage, bystander) == bystander

    async def test_an_address_may_be_spelt_otherwise(self, storage: Storage) -> None:
        user = await stored_user(storage)
        spelt = EmailAddress.parse(user.email.address.upper())

        changed = await change_email(storage, user.id, spelt)

        assert changed is not None
        assert changed.email == spelt
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical)) == changed

    async def test_an_address_is_proven_once_and_another_spelling_of_it_is_too(self, storage: Storage) -> None:
        user, bystander = replace(a_user(), awaits_proof=True), await stored_user(storage)
        await in_transaction(storage, lambda tx: tx.users.add(user))
        assert await find_user(storage, user) == user

        verified = [await verify_email(storage, user.id) for _ in range(2)]

        found = await find_user(storage, user)
        assert verified == [True, False]
        assert found == replace(
            user, email_verified_at=LATER, awaits_proof=False, updated_at=LATER, version=user.version + 1
        )
        await change_email(storage, user.id, EmailAddress.parse(user.email.address.swapcase()))
        assert (await found_user(storage, user)).email_verified_at == LATER
        assert await find_user(storage, bystander) == bystander
        assert not await verify_email(storage, a_user().id)

    async def test_another_address_is_not_proven(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await verify_email(storage, user.id)

        changed = await change_email(storage, user.id, EmailAddress.parse(an_email()))

        assert changed is not None
        assert changed.email_verified_at is None
        assert await verify_email(storage, user.id)

    async def test_nobody_gets_the_address_of_another_one(self, storage: Storage) -> None:
        user, owner = await stored_user(storage), await stored_user(storage)

        with pytest.raises(EmailTaken):
            await change_email(storage, user.id, EmailAddress.parse(owner.email.address.upper()))

        assert await find_user(storage, user) == user
        assert await find_user(storage, owner) == owner

    async def test_nobody_has_no_address_to_change(self, storage: Storage) -> None:
        assert await change_email(storage, a_user().id, EmailAddress.parse(an_email())) is None

    async def test_of_many_who_change_to_an_address_at_once_one_gets_it(self, storage: Storage) -> None:
        users = [await stored_user(storage) for _ in range(8)]
        waiting, new = iter(users), EmailAddress.parse(an_email())

        async def change() -> bool:
            try:
                return await change_email(storage, next(waiting).id, new) is not None
            except EmailTaken:
                return False

        assert sorted(await race(8, change)) == [False] * 7 + [True]
