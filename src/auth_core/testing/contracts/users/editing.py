"""What every store of users promises: names, and the version that counts every change."""

from auth_core.assembly import Tx
from auth_core.testing.builders import a_user, an_email
from auth_core.testing.contracts.arrangement import stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import (
    GRACE,
    LATER,
    find_user,
    found_user,
)
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import UserStatus, name


class Editing:
    """Part of `UsersContract`: names, and the version that counts every change."""

    async def test_renaming_changes_what_is_given_and_leaves_the_rest(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)

        renamed = await in_transaction(
            storage, lambda tx: tx.users.rename(user.id, first_name=GRACE, last_name=None, now=LATER)
        )

        assert renamed is not None
        assert (renamed.first_name, renamed.last_name, renamed.updated_at) == (GRACE, user.last_name, LATER)
        assert (renamed.id, renamed.email, renamed.created_at) == (user.id, user.email, user.created_at)
        assert await find_user(storage, user) == renamed
        assert await find_user(storage, bystander) == bystander

    async def test_names_beyond_ascii_are_kept_letter_by_letter(self, storage: Storage) -> None:
        user = await stored_user(storage)
        hopper = name("Ho\u0308pper-\u0141 \u6797 '; --%_\U0001f469\u200d\U0001f680", field="last_name")

        await in_transaction(storage, lambda tx: tx.users.rename(user.id, first_name=None, last_name=hopper, now=LATER))

        found = await found_user(storage, user)
        assert found.last_name == hopper

    async def test_nobody_is_renamed_when_the_user_is_unknown(self, storage: Storage) -> None:
        stranger = a_user()

        renamed = await in_transaction(
            storage, lambda tx: tx.users.rename(stranger.id, first_name=GRACE, last_name=None, now=LATER)
        )

        assert renamed is None

    async def test_every_change_counts_the_version_and_a_log_in_does_not(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def versions(tx: Tx) -> list[int]:
            seen: list[int] = []
            for change in (
                tx.users.rename(user.id, first_name=GRACE, last_name=None, now=LATER),
                tx.users.change_email(user.id, EmailAddress.parse(an_email()), now=LATER),
                tx.users.set_status(user.id, UserStatus.DISABLED, now=LATER),
                tx.users.set_status(user.id, UserStatus.ACTIVE, now=LATER),
                tx.users.delete(user.id, now=LATER),
                tx.users.restore(user.id, now=LATER),
                tx.users.record_log_in(user.id, now=LATER),
                tx.users.raise_security_version(user.id, now=LATER),
            ):
                await change
                found = await tx.users.find(user.id)
                assert found is not None
                seen.append(found.version)
            return seen

        assert await in_transaction(storage, versions) == [1, 2, 3, 4, 5, 6, 6, 6]

    async def test_many_who_change_a_user_at_once_are_all_counted(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await race(
            20,
            lambda: in_transaction(
                storage, lambda tx: tx.users.rename(user.id, first_name=GRACE, last_name=None, now=LATER)
            ),
        )

        found = await found_user(storage, user)
        assert found.version == 20
