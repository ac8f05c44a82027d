"""What every store of users promises: what is added is found, and an address is given once."""

from auth_core.assembly import Tx
from auth_core.testing.builders import a_user, an_email
from auth_core.testing.contracts.arrangement import set_status, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import find_user
from auth_core.users.model import UserStatus


class Storing:
    """Part of `UsersContract`: what is added is found, and an address is given once."""

    async def test_a_user_comes_back_as_they_were_added(self, storage: Storage) -> None:
        user = a_user()

        added = await in_transaction(storage, lambda tx: tx.users.add(user))

        assert added
        assert await find_user(storage, user) == user

    async def test_a_user_is_found_by_the_canonical_form_of_their_address(self, storage: Storage) -> None:
        user = await stored_user(storage)
        assert user.email.canonical != user.email.address

        found = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))

        assert found == user

    async def test_who_is_not_there_is_not_found(self, storage: Storage) -> None:
        stranger = a_user()

        assert await find_user(storage, stranger) is None
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(stranger.email.canonical)) is None

    async def test_a_disabled_user_is_found_all_the_same(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await set_status(storage, user, UserStatus.DISABLED)

        by_id = await find_user(storage, user)
        by_email = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))

        assert by_id is not None
        assert by_id.status is UserStatus.DISABLED
        assert by_email == by_id

    async def test_an_address_is_given_once_whatever_its_case(self, storage: Storage) -> None:
        first = await stored_user(storage)
        second = a_user(email=first.email.address.swapcase())

        added = await in_transaction(storage, lambda tx: tx.users.add(second))

        assert not added
        assert await find_user(storage, second) is None

    async def test_the_transaction_goes_on_after_an_address_was_taken(self, storage: Storage) -> None:
        taken = (await stored_user(storage)).email.address
        other = a_user()

        async def try_both(tx: Tx) -> tuple[bool, bool]:
            return await tx.users.add(a_user(email=taken)), await tx.users.add(other)

        assert await in_transaction(storage, try_both) == (False, True)
        assert await find_user(storage, other) == other

    async def test_of_many_who_want_an_address_at_once_one_gets_it(self, storage: Storage) -> None:
        email = an_email()

        added = await race(20, lambda: in_transaction(storage, lambda tx: tx.users.add(a_user(email=email))))

        assert sorted(added) == [False] * 19 + [True]

    async def test_an_address_is_taken_once_whoever_wanted_it_first_has_committed(self, storage: Storage) -> None:
        email = an_email()

        added = await while_open(
            storage,
            lambda tx: tx.users.add(a_user(email=email)),
            lambda: in_transaction(storage, lambda tx: tx.users.add(a_user(email=email))),
        )

        assert not added

    async def test_an_address_is_free_once_whoever_wanted_it_first_has_rolled_back(self, storage: Storage) -> None:
        email = an_email()

        added = await while_open(
            storage,
            lambda tx: tx.users.add(a_user(email=email)),
            lambda: in_transaction(storage, lambda tx: tx.users.add(a_user(email=email))),
            rolled_back=True,
        )

        assert added
