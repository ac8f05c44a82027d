"""What every store of users promises."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from auth_core.access.model import USER
from auth_core.assembly import Tx
from auth_core.ids import UserId
from auth_core.revocation.model import Reason
from auth_core.testing.builders import a_password_hash, a_session, a_user, an_email
from auth_core.testing.contracts.arrangement import principal_now, set_status, stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import EmailTaken
from auth_core.users.model import User, UserStatus, name

LATER: Final = NOON + timedelta(hours=1)
GRACE: Final = name("Grace", field="first_name")


class UsersContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_user_comes_back_as_they_were_added(self, storage: Storage) -> None:
        user = a_user()

        added = await in_transaction(storage, lambda tx: tx.users.add(user))

        assert added
        assert await _find(storage, user) == user

    async def test_a_user_is_found_by_the_canonical_form_of_their_address(self, storage: Storage) -> None:
        user = await stored_user(storage)
        assert user.email.canonical != user.email.address

        found = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))

        assert found == user

    async def test_who_is_not_there_is_not_found(self, storage: Storage) -> None:
        stranger = a_user()

        assert await _find(storage, stranger) is None
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(stranger.email.canonical)) is None

    async def test_a_disabled_user_is_found_all_the_same(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await set_status(storage, user, UserStatus.DISABLED)

        by_id = await _find(storage, user)
        by_email = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))

        assert by_id is not None
        assert by_id.status is UserStatus.DISABLED
        assert by_email == by_id

    async def test_an_address_is_given_once_whatever_its_case(self, storage: Storage) -> None:
        first = await stored_user(storage)
        second = a_user(email=first.email.address.swapcase())

        added = await in_transaction(storage, lambda tx: tx.users.add(second))

        assert not added
        assert await _find(storage, second) is None

    async def test_the_transaction_goes_on_after_an_address_was_taken(self, storage: Storage) -> None:
        taken = (await stored_user(storage)).email.address
        other = a_user()

        async def try_both(tx: Tx) -> tuple[bool, bool]:
            return await tx.users.add(a_user(email=taken)), await tx.users.add(other)

        assert await in_transaction(storage, try_both) == (False, True)
        assert await _find(storage, other) == other

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

    async def test_renaming_changes_what_is_given_and_leaves_the_rest(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)

        renamed = await in_transaction(
            storage, lambda tx: tx.users.rename(user.id, first_name=GRACE, last_name=None, now=LATER)
        )

        assert renamed is not None
        assert (renamed.first_name, renamed.last_name, renamed.updated_at) == (GRACE, user.last_name, LATER)
        assert (renamed.id, renamed.email, renamed.created_at) == (user.id, user.email, user.created_at)
        assert await _find(storage, user) == renamed
        assert await _find(storage, bystander) == bystander

    async def test_names_beyond_ascii_are_kept_letter_by_letter(self, storage: Storage) -> None:
        user = await stored_user(storage)
        hopper = name("Ho\u0308pper-\u0141 \u6797 '; --%_\U0001f469\u200d\U0001f680", field="last_name")

        await in_transaction(storage, lambda tx: tx.users.rename(user.id, first_name=None, last_name=hopper, now=LATER))

        found = await _find(storage, user)
        assert found is not None
        assert found.last_name == hopper

    async def test_nobody_is_renamed_when_the_user_is_unknown(self, storage: Storage) -> None:
        stranger = a_user()

        renamed = await in_transaction(
            storage, lambda tx: tx.users.rename(stranger.id, first_name=GRACE, last_name=None, now=LATER)
        )

        assert renamed is None

    async def test_whoever_gets_another_address_is_found_by_it_and_the_old_one_is_free(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        new = EmailAddress.parse(an_email())

        changed = await _change_email(storage, user.id, new)

        assert changed is not None
        assert (changed.email, changed.first_name, changed.updated_at) == (new, user.first_name, LATER)
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(new.canonical)) == changed
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical)) is None
        assert await in_transaction(storage, lambda tx: tx.users.add(a_user(email=user.email.address)))
        assert await _find(storage, bystander) == bystander

    async def test_an_address_may_be_spelt_otherwise(self, storage: Storage) -> None:
        user = await stored_user(storage)
        spelt = EmailAddress.parse(user.email.address.upper())

        changed = await _change_email(storage, user.id, spelt)

        assert changed is not None
        assert changed.email == spelt
        assert await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical)) == changed

    async def test_an_address_is_proven_once_and_another_spelling_of_it_is_too(self, storage: Storage) -> None:
        user, bystander = replace(a_user(), awaits_proof=True), await stored_user(storage)
        await in_transaction(storage, lambda tx: tx.users.add(user))
        assert await _find(storage, user) == user

        verified = [await _verify_email(storage, user.id) for _ in range(2)]

        found = await _find(storage, user)
        assert verified == [True, False]
        assert found == replace(
            user, email_verified_at=LATER, awaits_proof=False, updated_at=LATER, version=user.version + 1
        )
        await _change_email(storage, user.id, EmailAddress.parse(user.email.address.swapcase()))
        assert (await _found(storage, user)).email_verified_at == LATER
        assert await _find(storage, bystander) == bystander
        assert not await _verify_email(storage, a_user().id)

    async def test_another_address_is_not_proven(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await _verify_email(storage, user.id)

        changed = await _change_email(storage, user.id, EmailAddress.parse(an_email()))

        assert changed is not None
        assert changed.email_verified_at is None
        assert await _verify_email(storage, user.id)

    async def test_nobody_gets_the_address_of_another_one(self, storage: Storage) -> None:
        user, owner = await stored_user(storage), await stored_user(storage)

        with pytest.raises(EmailTaken):
            await _change_email(storage, user.id, EmailAddress.parse(owner.email.address.upper()))

        assert await _find(storage, user) == user
        assert await _find(storage, owner) == owner

    async def test_nobody_has_no_address_to_change(self, storage: Storage) -> None:
        assert await _change_email(storage, a_user().id, EmailAddress.parse(an_email())) is None

    async def test_of_many_who_change_to_an_address_at_once_one_gets_it(self, storage: Storage) -> None:
        users = [await stored_user(storage) for _ in range(8)]
        waiting, new = iter(users), EmailAddress.parse(an_email())

        async def change() -> bool:
            try:
                return await _change_email(storage, next(waiting).id, new) is not None
            except EmailTaken:
                return False

        assert sorted(await race(8, change)) == [False] * 7 + [True]

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

        found = await _find(storage, user)
        assert found is not None
        assert found.version == 20

    async def test_a_deleted_user_keeps_everything(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name,))

        await _delete(storage, user.id)

        gone = await _find(storage, user)
        assert gone is not None
        assert (gone.status, gone.deleted_at, gone.updated_at) == (UserStatus.DELETED, LATER, LATER)
        assert (gone.email, gone.first_name, gone.created_at) == (user.email, user.first_name, user.created_at)
        held = await in_transaction(storage, lambda tx: tx.roles.lock_held(user.id))
        assert set(held or ()) == {USER.name}

    async def test_a_deleted_user_is_restored_as_they_were(self, storage: Storage) -> None:
        for status in (UserStatus.ACTIVE, UserStatus.DISABLED):
            user = await stored_user(storage)
            await set_status(storage, user, status)
            await _delete(storage, user.id)

            restored = await _restore(storage, user.id)

            assert restored is not None
            assert (restored.status, restored.deleted_at) == (status, None)
            assert await _find(storage, user) == restored

    async def test_the_address_of_a_deleted_user_stays_taken(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await _delete(storage, user.id)

        assert not await in_transaction(storage, lambda tx: tx.users.add(a_user(email=user.email.address)))
        found = await in_transaction(storage, lambda tx: tx.users.find_by_email(user.email.canonical))
        assert found is not None
        assert found.id == user.id

    async def test_a_deleted_user_has_no_rights_and_neither_logs_in_nor_changes_a_password(
        self, storage: Storage
    ) -> None:
        user = await stored_user(storage)
        await _delete(storage, user.id)

        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None
        assert await _record_log_in(storage, user.id) is None
        assert not await in_transaction(
            storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=1, now=LATER)
        )

    async def test_the_status_of_a_deleted_user_stays(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await _delete(storage, user.id)

        changed = [await _set_status(storage, user.id, status) for status in (UserStatus.ACTIVE, UserStatus.DISABLED)]

        assert changed == [None, None]
        found = await _find(storage, user)
        assert found is not None
        assert found.status is UserStatus.DELETED

    async def test_a_user_is_deleted_once_and_restored_once(self, storage: Storage) -> None:
        user = await stored_user(storage)

        deleted = await race(8, lambda: _delete(storage, user.id))
        restored = await race(8, lambda: _restore(storage, user.id))

        assert [version is not None for version in deleted].count(True) == 1
        assert [each is not None for each in restored].count(True) == 1

    async def test_nobody_is_neither_deleted_nor_restored(self, storage: Storage) -> None:
        stranger, user = a_user(), await stored_user(storage)

        assert await _delete(storage, stranger.id) is None
        assert await _restore(storage, stranger.id) is None
        assert await _restore(storage, user.id) is None

    async def test_a_deletion_raises_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        deleted = await _delete(storage, user.id)
        await _restore(storage, user.id)

        assert deleted is not None
        assert before.security_version < deleted <= (await principal_now(storage, user.id)).security_version

    async def test_a_log_in_waits_for_a_deletion(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage, lambda tx: tx.users.delete(user.id, now=NOON), lambda: _record_log_in(storage, user.id)
        )

        assert stamped is None

    async def test_whoever_is_erased_leaves_nothing_and_the_address_is_free(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        session = await stored_session(storage, user)

        erased = [await _erase(storage, user.id) for _ in range(2)]

        assert erased == [True, False]
        assert await _find(storage, user) is None
        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.passwords.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.sessions.lock(session.id)) is None
        assert await _find(storage, bystander) == bystander
        another = replace(a_user(), email=user.email)
        assert await in_transaction(storage, lambda tx: tx.users.add(another))

    async def test_an_erasure_that_is_rolled_back_leaves_everything(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await roll_back(storage, lambda tx: tx.users.erase(user.id))

        assert await _find(storage, user) == user

    async def test_those_who_were_deleted_before_a_moment_are_found_in_order(self, storage: Storage) -> None:
        users = sorted([await stored_user(storage) for _ in range(4)], key=lambda user: user.id)
        first, second, restored, _never = (user.id for user in users)
        for user_id in (first, second, restored):
            await _delete(storage, user_id)
        await _restore(storage, restored)

        found = await _deleted_before(storage, LATER + timedelta(microseconds=1))

        theirs = [each for each in found if each in {user.id for user in users}]
        assert theirs == [first, second]
        assert await _deleted_before(storage, LATER + timedelta(microseconds=1), after=first, limit=1) == [
            found[found.index(first) + 1]
        ]
        assert first not in await _deleted_before(storage, LATER)

    async def test_the_status_changes_once(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = [await _set_status(storage, user.id, UserStatus.DISABLED) for _ in range(2)]

        assert [version is not None for version in changed] == [True, False]
        found = await _find(storage, user)
        assert found is not None
        assert (found.status, found.updated_at) == (UserStatus.DISABLED, LATER)

    async def test_the_status_of_nobody_does_not_change(self, storage: Storage) -> None:
        assert not await _set_status(storage, a_user().id, UserStatus.DISABLED)

    async def test_of_many_who_change_the_status_at_once_one_does(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = await race(20, lambda: _set_status(storage, user.id, UserStatus.DISABLED))

        assert [version is not None for version in changed].count(True) == 1

    async def test_a_change_of_status_raises_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        disabled = await _set_status(storage, user.id, UserStatus.DISABLED)
        enabled = await _set_status(storage, user.id, UserStatus.ACTIVE)

        after = await principal_now(storage, user.id)
        assert disabled is not None
        assert before.security_version < disabled < after.security_version == enabled

    async def test_no_change_of_status_leaves_the_security_version(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await principal_now(storage, user.id)

        assert await _set_status(storage, user.id, UserStatus.ACTIVE) is None

        assert await principal_now(storage, user.id) == before

    async def test_the_security_version_is_raised_and_told(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        before, theirs = await principal_now(storage, user.id), await principal_now(storage, bystander.id)

        raised = await _raise_version(storage, user.id)

        assert raised is not None
        assert before.security_version < raised == (await principal_now(storage, user.id)).security_version
        assert await _find(storage, user) == user
        assert await principal_now(storage, bystander.id) == theirs

    async def test_nobody_has_no_security_version_to_raise(self, storage: Storage) -> None:
        assert await _raise_version(storage, a_user().id) is None

    async def test_many_who_raise_the_security_version_at_once_raise_it_as_often(self, storage: Storage) -> None:
        user = await stored_user(storage)

        raised = await race(20, lambda: _raise_version(storage, user.id))

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
            lambda: _record_log_in(storage, user.id),
        )

        assert stamped is not None

    async def test_a_log_in_is_stamped(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await _record_log_in(storage, user.id)

        assert stamped is not None
        assert stamped.last_login_at == LATER
        assert await _find(storage, user) == stamped

    async def test_only_active_users_log_in(self, storage: Storage) -> None:
        disabled = await stored_user(storage)
        await set_status(storage, disabled, UserStatus.DISABLED)

        assert await _record_log_in(storage, disabled.id) is None
        assert await _record_log_in(storage, a_user().id) is None
        found = await _find(storage, disabled)
        assert found is not None
        assert found.last_login_at is None

    async def test_many_log_ins_of_one_user_at_once_all_succeed(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await race(20, lambda: _record_log_in(storage, user.id))

        assert None not in stamped

    async def test_a_log_in_waits_for_a_change_of_status(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: _record_log_in(storage, user.id),
        )

        assert stamped is None

    async def test_a_log_in_counts_when_the_change_of_status_before_it_was_rolled_back(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: _record_log_in(storage, user.id),
            rolled_back=True,
        )

        assert stamped is not None

    async def test_a_change_of_password_waits_for_a_change_of_status(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: in_transaction(
                storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=1, now=NOON)
            ),
        )

        assert not changed

    async def test_a_change_of_status_waits_for_a_log_in(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def log_in(tx: Tx) -> None:
            await tx.users.record_log_in(user.id, now=NOON)
            await tx.sessions.add(a_session(user.id))

        async def disable(tx: Tx) -> int:
            await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
            return await tx.sessions.end_all(user.id, because=Reason.USER_DISABLED, now=NOON)

        ended = await while_open(storage, log_in, lambda: in_transaction(storage, disable))

        assert ended == 1

    async def test_the_end_of_all_sessions_waits_for_a_log_in(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await stored_session(storage, user)

        async def log_in(tx: Tx) -> None:
            await tx.users.record_log_in(user.id, now=NOON)
            await tx.sessions.add(a_session(user.id))

        ended = await while_open(
            storage,
            log_in,
            lambda: in_transaction(
                storage, lambda tx: tx.sessions.end_all(user.id, because=Reason.LOGGED_OUT_EVERYWHERE, now=NOON)
            ),
        )

        assert ended == 2


async def _find(storage: Storage, user: User) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.find(user.id))


async def _verify_email(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.users.verify_email(user_id, now=LATER))


async def _found(storage: Storage, user: User) -> User:
    found = await _find(storage, user)
    assert found is not None
    return found


async def _change_email(storage: Storage, user_id: UserId, email: EmailAddress) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.change_email(user_id, email, now=LATER))


async def _delete(storage: Storage, user_id: UserId) -> int | None:
    return await in_transaction(storage, lambda tx: tx.users.delete(user_id, now=LATER))


async def _erase(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.users.erase(user_id))


async def _deleted_before(
    storage: Storage, moment: datetime, *, after: UserId | None = None, limit: int = 100_000
) -> Sequence[UserId]:
    return await in_transaction(storage, lambda tx: tx.users.deleted_before(moment, after=after, limit=limit))


async def _restore(storage: Storage, user_id: UserId) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.restore(user_id, now=LATER))


async def _set_status(storage: Storage, user_id: UserId, status: UserStatus) -> int | None:
    return await in_transaction(storage, lambda tx: tx.users.set_status(user_id, status, now=LATER))


async def _raise_version(storage: Storage, user_id: UserId) -> int | None:
    return await in_transaction(storage, lambda tx: tx.users.raise_security_version(user_id, now=LATER))


async def _record_log_in(storage: Storage, user_id: UserId) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.record_log_in(user_id, now=LATER))
