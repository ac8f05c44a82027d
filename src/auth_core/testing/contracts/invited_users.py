"""What every store of users promises of those who have not accepted an invitation yet."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from auth_core.access.model import ADMIN, USER
from auth_core.testing.builders import a_password, a_password_hash, an_invited_user
from auth_core.testing.contracts.arrangement import stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.locale import Locale
from auth_core.users.model import NAMELESS, PendingInvitation, User, UserStatus, name

LATER: Final = NOON + timedelta(hours=1)
GRACE: Final = name("Grace", field="first_name")
HOPPER: Final = name("Hopper", field="last_name")
GERMAN: Final = Locale("de")


class InvitedUsersContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_an_invited_user_comes_back_as_they_were_added(self, storage: Storage) -> None:
        user = replace(an_invited_user(), first_name=NAMELESS, last_name=NAMELESS, locale=GERMAN)

        assert await in_transaction(storage, lambda tx: tx.users.add(user))

        assert await _find(storage, user) == user

    async def test_an_invited_user_has_no_rights_does_not_log_in_and_is_no_other_administrator(
        self, storage: Storage
    ) -> None:
        admin = await stored_user(storage, roles=(ADMIN.name,))
        before = await in_transaction(storage, lambda tx: tx.roles.others_hold(ADMIN.name, besides=admin.id))
        user = await _invited(storage)
        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=None, now=NOON))
        await in_transaction(storage, lambda tx: tx.passwords.add(a_password(user.id), now=NOON))

        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON)) is None
        assert not await in_transaction(
            storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=1, now=NOON)
        )
        after = await in_transaction(storage, lambda tx: tx.roles.others_hold(ADMIN.name, besides=admin.id))
        assert after == before

    async def test_the_status_of_an_invited_user_stays(self, storage: Storage) -> None:
        user = await _invited(storage)

        for status in (UserStatus.ACTIVE, UserStatus.DISABLED, UserStatus.INVITED):
            assert await _set_status(storage, user, status) is None

        assert await _find(storage, user) == user

    async def test_of_many_who_accept_at_once_one_does(self, storage: Storage) -> None:
        user = await _invited(storage, locale=GERMAN)

        accepted = await race(8, lambda: _accept(storage, user))

        active, *others = [each for each in accepted if each is not None]
        assert others == []
        assert (active.status, active.invitation) == (UserStatus.ACTIVE, None)
        assert (active.first_name, active.last_name, active.locale) == (GRACE, HOPPER, GERMAN)
        assert (active.email_verified_at, active.updated_at, active.version) == (LATER, LATER, 1)
        assert await _find(storage, user) == active
        principal = await in_transaction(storage, lambda tx: tx.principals.find(user.id))
        assert principal is not None
        assert principal.roles == (USER.name,)

    async def test_whoever_was_not_invited_accepts_nothing(self, storage: Storage) -> None:
        stranger, user = an_invited_user(), await stored_user(storage)

        for each in (stranger, user):
            assert await _accept(storage, each) is None
            assert await _invite_again(storage, each) is None

        assert await _find(storage, user) == user

    async def test_the_last_invitation_counts(self, storage: Storage) -> None:
        user = await _invited(storage)

        again = await _invite_again(storage, user)

        assert again is not None
        assert again.invitation == PendingInvitation(by=user.id, at=LATER, expires_at=LATER + timedelta(days=1))
        assert (again.status, again.version) == (UserStatus.INVITED, 1)
        assert await _find(storage, user) == again

    async def test_a_deleted_user_is_restored_as_an_invited_one(self, storage: Storage) -> None:
        user = await _invited(storage)
        await in_transaction(storage, lambda tx: tx.users.delete(user.id, now=LATER))
        deleted = await _find(storage, user)

        assert deleted is not None
        assert deleted.status is UserStatus.DELETED
        assert await _accept(storage, user) is None
        assert await _invite_again(storage, user) is None
        restored = await in_transaction(storage, lambda tx: tx.users.restore(user.id, now=LATER))
        assert restored is not None
        assert (restored.status, restored.invitation) == (UserStatus.INVITED, user.invitation)

    async def test_what_somebody_reads_can_be_changed_and_forgotten(self, storage: Storage) -> None:
        user = await stored_user(storage)

        kept: list[tuple[object, object, object]] = []
        for locale in (GERMAN, None):
            changed = await _prefer(storage, user, locale)
            recipient = await in_transaction(storage, lambda tx: tx.recipients.find(user.id))
            assert changed == await _find(storage, user)
            kept.append((changed and changed.locale, recipient and recipient.locale, changed and changed.version))

        assert kept == [(GERMAN, GERMAN, 1), (None, None, 2)]
        assert await _prefer(storage, an_invited_user(), GERMAN) is None


async def _invited(storage: Storage, *, locale: Locale | None = None) -> User:
    user = replace(an_invited_user(), locale=locale)
    await in_transaction(storage, lambda tx: tx.users.add(user))
    await in_transaction(storage, lambda tx: tx.roles.assign(user.id, USER.name, by=None, now=NOON))
    return user


async def _find(storage: Storage, user: User) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.find(user.id))


async def _set_status(storage: Storage, user: User, status: UserStatus) -> int | None:
    return await in_transaction(storage, lambda tx: tx.users.set_status(user.id, status, now=LATER))


async def _prefer(storage: Storage, user: User, locale: Locale | None) -> User | None:
    return await in_transaction(storage, lambda tx: tx.users.prefer_locale(user.id, locale, now=LATER))


async def _accept(storage: Storage, user: User) -> User | None:
    return await in_transaction(
        storage,
        lambda tx: tx.users.accept_invitation(
            user.id, first_name=GRACE, last_name=HOPPER, locale=user.locale, now=LATER
        ),
    )


async def _invite_again(storage: Storage, user: User) -> User | None:
    invitation = PendingInvitation(by=user.id, at=LATER, expires_at=LATER + timedelta(days=1))
    return await in_transaction(storage, lambda tx: tx.users.invite_again(user.id, invitation))
