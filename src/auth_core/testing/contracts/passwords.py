"""What every store of passwords promises."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from auth_core.assembly import Tx
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import SessionId, UserId
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.testing.builders import a_password, a_password_hash, a_session, a_user
from auth_core.testing.contracts.arrangement import set_status, stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus

FIRST: Final = 1


class PasswordsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_password_comes_back_as_it_was_added(self, storage: Storage) -> None:
        user = a_user()
        password = a_password(user.id)

        async def register(tx: Tx) -> None:
            await tx.users.add(user)
            await tx.passwords.add(password, now=NOON)

        await in_transaction(storage, register)

        stored = await in_transaction(storage, lambda tx: tx.passwords.find(user.id))
        assert stored is not None
        assert (stored.user_id, stored.version) == (user.id, FIRST)
        assert stored.hash.reveal() == password.hash.reveal()

    async def test_who_has_no_password_has_none(self, storage: Storage) -> None:
        user = a_user()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        assert await in_transaction(storage, lambda tx: tx.passwords.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.passwords.find(a_user().id)) is None

    async def test_a_change_replaces_the_hash_and_counts_up(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        before = await _password(storage, bystander.id)
        new = a_password_hash()

        changed = await _change(storage, user.id, new, version=FIRST)

        assert changed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)
        assert await _facts(storage, bystander.id) == (before.hash.reveal(), FIRST)

    async def test_a_password_that_has_changed_since_is_not_changed(self, storage: Storage) -> None:
        user = await stored_user(storage)
        latest = a_password_hash()
        await _change(storage, user.id, latest, version=FIRST)

        changed = [await _change(storage, user.id, a_password_hash(), version=version) for version in (FIRST, 3)]

        assert changed == [False, False]
        assert await _facts(storage, user.id) == (latest.reveal(), FIRST + 1)

    async def test_only_active_users_change_their_password(self, storage: Storage) -> None:
        disabled = await stored_user(storage)
        before = await _facts(storage, disabled.id)
        await set_status(storage, disabled, UserStatus.DISABLED)

        assert not await _change(storage, disabled.id, a_password_hash(), version=FIRST)
        assert not await _change(storage, a_user().id, a_password_hash(), version=FIRST)
        assert await _facts(storage, disabled.id) == before

    async def test_who_has_no_password_cannot_change_it(self, storage: Storage) -> None:
        user = a_user()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        assert not await _change(storage, user.id, a_password_hash(), version=FIRST)

    async def test_of_many_changes_of_one_version_at_once_one_is_made(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = await race(20, lambda: _change(storage, user.id, a_password_hash(), version=FIRST))

        assert sorted(changed) == [False] * 19 + [True]
        assert (await _password(storage, user.id)).version == FIRST + 1

    async def test_a_change_that_is_rolled_back_was_never_made(self, storage: Storage) -> None:
        user = await stored_user(storage)
        before = await _facts(storage, user.id)

        await roll_back(storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=FIRST, now=NOON))

        assert await _facts(storage, user.id) == before

    async def test_a_change_is_demanded_once_and_met_by_another_password(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)

        demanded = [await in_transaction(storage, lambda tx: tx.passwords.demand_change(user.id)) for _ in range(2)]
        before = await _password(storage, user.id)
        await in_transaction(storage, lambda tx: tx.passwords.rehash(user.id, a_password_hash(), version=FIRST))
        rehashed = await _password(storage, user.id)
        await _change(storage, user.id, a_password_hash(), version=FIRST)

        assert demanded == [True, False]
        assert (before.must_change, before.version) == (rehashed.must_change, rehashed.version) == (True, FIRST)
        assert not (await _password(storage, user.id)).must_change
        assert not (await _password(storage, bystander.id)).must_change

    async def test_of_who_has_no_password_no_change_is_demanded(self, storage: Storage) -> None:
        user = a_user()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        assert not await in_transaction(storage, lambda tx: tx.passwords.demand_change(user.id))

    async def test_a_first_password_may_be_one_that_must_be_changed(self, storage: Storage) -> None:
        user = a_user()

        async def create(tx: Tx) -> None:
            await tx.users.add(user)
            await tx.passwords.add(replace(a_password(user.id), must_change=True), now=NOON)

        await in_transaction(storage, create)

        assert (await _password(storage, user.id)).must_change

    async def test_a_reset_replaces_whatever_is_there_and_whatever_the_status(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        theirs, first, second = await _facts(storage, bystander.id), a_password_hash(), a_password_hash()
        await set_status(storage, user, UserStatus.DISABLED)

        await _reset(storage, user.id, first, must_change=True)
        after_first = await _facts(storage, user.id), (await _password(storage, user.id)).must_change
        await _reset(storage, user.id, second, must_change=False)

        assert after_first == ((first.reveal(), FIRST + 1), True)
        assert await _facts(storage, user.id) == (second.reveal(), FIRST + 2)
        assert not (await _password(storage, user.id)).must_change
        assert await _facts(storage, bystander.id) == theirs

    async def test_a_reset_keeps_former_passwords_as_a_change_does(self, storage: Storage) -> None:
        user = await stored_user(storage)
        first = (await _facts(storage, user.id))[0]
        hashes = [a_password_hash() for _ in range(3)]

        await _reset(storage, user.id, hashes[0], must_change=False, keep=1)
        await _reset(storage, user.id, hashes[1], must_change=False, keep=2)
        both = await _former(storage, user.id)
        await _reset(storage, user.id, hashes[2], must_change=False, keep=1)

        assert both == [(hashes[0].reveal(), FIRST + 1), (first, FIRST)]
        assert await _former(storage, user.id) == [(hashes[1].reveal(), FIRST + 2)]

    async def test_a_reset_gives_a_password_to_who_had_none(self, storage: Storage) -> None:
        user, new = a_user(), a_password_hash()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        await _reset(storage, user.id, new, must_change=True)

        assert await _facts(storage, user.id) == (new.reveal(), FIRST)
        assert (await _password(storage, user.id)).must_change

    async def test_a_change_that_looked_before_a_reset_is_not_made(self, storage: Storage) -> None:
        user, new = await stored_user(storage), a_password_hash()

        async def reset(tx: Tx) -> None:
            await tx.roles.lock_held(user.id)
            await tx.passwords.reset(user.id, new, must_change=True, now=NOON)

        changed = await while_open(storage, reset, lambda: _change(storage, user.id, a_password_hash(), version=FIRST))

        assert not changed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)

    async def test_a_second_change_waits_for_the_first_one(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = a_password_hash()

        changed = await while_open(
            storage,
            lambda tx: tx.passwords.change(user.id, new, version=FIRST, now=NOON),
            lambda: _change(storage, user.id, a_password_hash(), version=FIRST),
        )

        assert not changed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)

    async def test_a_second_change_is_made_when_the_first_one_is_rolled_back(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = a_password_hash()

        changed = await while_open(
            storage,
            lambda tx: tx.passwords.change(user.id, a_password_hash(), version=FIRST, now=NOON),
            lambda: _change(storage, user.id, new, version=FIRST),
            rolled_back=True,
        )

        assert changed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)

    async def test_a_log_in_waits_for_a_change_and_sees_it(self, storage: Storage) -> None:
        user = await stored_user(storage)

        version = await while_open(
            storage,
            lambda tx: tx.passwords.change(user.id, a_password_hash(), version=FIRST, now=NOON),
            lambda: in_transaction(storage, lambda tx: _version_at_log_in(tx, user.id)),
        )

        assert version == FIRST + 1

    async def test_a_change_waits_for_a_log_in_and_ends_its_session(self, storage: Storage) -> None:
        user = await stored_user(storage)
        kept = await stored_session(storage, user)

        async def log_in(tx: Tx) -> None:
            await tx.users.record_log_in(user.id, now=NOON)
            await tx.sessions.add(a_session(user.id))

        async def change(tx: Tx) -> Sequence[SessionId]:
            assert await tx.passwords.change(user.id, a_password_hash(), version=FIRST, now=NOON)
            return await tx.sessions.end_others(user.id, keep=kept.id, because=Reason.PASSWORD_CHANGED, now=NOON)

        ended = await while_open(storage, log_in, lambda: in_transaction(storage, change))

        assert len(ended) == 1

    async def test_a_new_hash_of_the_same_password_is_no_change(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new, newer = a_password_hash(), a_password_hash()

        rehashed = await _rehash(storage, user.id, new, version=FIRST)

        assert rehashed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST)
        assert await _change(storage, user.id, newer, version=FIRST)

    async def test_a_password_that_has_changed_since_is_not_hashed_anew(self, storage: Storage) -> None:
        user = await stored_user(storage)
        latest = a_password_hash()
        await _change(storage, user.id, latest, version=FIRST)

        rehashed = await _rehash(storage, user.id, a_password_hash(), version=FIRST)

        assert not rehashed
        assert await _facts(storage, user.id) == (latest.reveal(), FIRST + 1)

    async def test_nothing_is_hashed_anew_where_there_is_no_password(self, storage: Storage) -> None:
        user = a_user()
        await in_transaction(storage, lambda tx: tx.users.add(user))

        assert not await _rehash(storage, user.id, a_password_hash(), version=FIRST)
        assert await in_transaction(storage, lambda tx: tx.passwords.find(user.id)) is None

    async def test_a_change_under_way_wins_over_a_new_hash(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = a_password_hash()

        rehashed = await while_open(
            storage,
            lambda tx: tx.passwords.change(user.id, new, version=FIRST, now=NOON),
            lambda: _rehash(storage, user.id, a_password_hash(), version=FIRST),
        )

        assert not rehashed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)

    async def test_they_can_be_counted(self, storage: Storage) -> None:
        before = await in_transaction(storage, lambda tx: tx.passwords.count())

        user = await stored_user(storage)
        await _change(storage, user.id, a_password_hash(), version=FIRST)
        await stored_user(storage)

        assert await in_transaction(storage, lambda tx: tx.passwords.count()) == before + 2

    async def test_page_by_page_everybody_is_seen_once_and_in_order(self, storage: Storage) -> None:
        stored = {(await stored_user(storage)).id for _ in range(5)}

        seen = await _all_owners(storage, limit=2)

        assert seen == sorted(set(seen))
        assert stored <= set(seen)
        assert len(seen) == await in_transaction(storage, lambda tx: tx.passwords.count())

    async def test_a_page_shows_passwords_as_they_are(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = a_password_hash()
        await _change(storage, user.id, new, version=FIRST)

        pages = await in_transaction(storage, lambda tx: tx.passwords.page(after=None, limit=1_000_000))

        [found] = [password for password in pages if password.user_id == user.id]
        assert (found.hash.reveal(), found.version) == (new.reveal(), FIRST + 1)

    async def test_behind_the_last_one_there_is_an_empty_page(self, storage: Storage) -> None:
        await stored_user(storage)
        last = (await _all_owners(storage, limit=100))[-1]

        assert list(await in_transaction(storage, lambda tx: tx.passwords.page(after=last, limit=2))) == []

    async def test_a_hash_is_sealed_anew_under_the_same_version(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        old, others = (await _password(storage, user.id)).hash, await _facts(storage, bystander.id)
        new = a_password_hash()

        resealed = await _reseal(storage, user.id, new, old=old)

        assert resealed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST)
        assert await _facts(storage, bystander.id) == others

    async def test_what_is_not_the_old_hash_any_more_is_not_sealed_anew(self, storage: Storage) -> None:
        changed, rehashed = await stored_user(storage), await stored_user(storage)
        old = {user.id: (await _password(storage, user.id)).hash for user in (changed, rehashed)}
        latest = a_password_hash()
        await _change(storage, changed.id, latest, version=FIRST)
        await _rehash(storage, rehashed.id, latest, version=FIRST)

        for user in (changed, rehashed):
            assert not await _reseal(storage, user.id, a_password_hash(), old=old[user.id])
            assert (await _password(storage, user.id)).hash.reveal() == latest.reveal()
        assert not await _reseal(storage, a_user().id, a_password_hash(), old=latest)

    async def test_a_change_under_way_wins_over_a_new_seal(self, storage: Storage) -> None:
        user = await stored_user(storage)
        old, new = (await _password(storage, user.id)).hash, a_password_hash()

        resealed = await while_open(
            storage,
            lambda tx: tx.passwords.change(user.id, new, version=FIRST, now=NOON),
            lambda: _reseal(storage, user.id, a_password_hash(), old=old),
        )

        assert not resealed
        assert await _facts(storage, user.id) == (new.reveal(), FIRST + 1)

    async def test_of_many_new_seals_of_one_hash_one_is_kept(self, storage: Storage) -> None:
        user = await stored_user(storage)
        old = (await _password(storage, user.id)).hash

        resealed = await race(20, lambda: _reseal(storage, user.id, a_password_hash(), old=old))

        assert sorted(resealed) == [False] * 19 + [True]

    async def test_former_passwords_are_kept_if_asked_the_latest_first(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        hashes = await _changed_often(storage, user.id, keep=2)
        others = await _changed_often(storage, bystander.id, keep=1)

        assert await _former(storage, user.id) == [(hashes[2], FIRST + 2), (hashes[1], FIRST + 1)]
        assert await _former(storage, bystander.id) == [(others[2], FIRST + 2)]
        assert len(await in_transaction(storage, lambda tx: tx.passwords.former([user.id, bystander.id]))) == 3

    async def test_without_being_asked_none_is_kept_any_longer(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await _changed_often(storage, user.id, keep=3)
        await _change(storage, user.id, a_password_hash(), version=FIRST + 3)

        assert await _former(storage, user.id) == []
        assert await _former(storage, a_user().id) == []

    async def test_a_change_that_is_not_made_keeps_nothing(self, storage: Storage) -> None:
        user = await stored_user(storage)

        assert not await _change(storage, user.id, a_password_hash(), version=FIRST + 1, keep=5)
        assert await _former(storage, user.id) == []

    async def test_of_many_changes_at_once_one_is_kept_from(self, storage: Storage) -> None:
        user = await stored_user(storage)
        first = (await _password(storage, user.id)).hash.reveal()

        await race(20, lambda: _change(storage, user.id, a_password_hash(), version=FIRST, keep=5))

        assert await _former(storage, user.id) == [(first, FIRST)]

    async def test_a_former_hash_is_sealed_anew_alone(self, storage: Storage) -> None:
        user = await stored_user(storage)
        hashes = await _changed_often(storage, user.id, keep=2)
        present, new = await _facts(storage, user.id), a_password_hash()

        assert await _reseal(storage, user.id, new, old=PasswordHash(Redacted(hashes[1])))

        assert await _former(storage, user.id) == [(hashes[2], FIRST + 2), (new.reveal(), FIRST + 1)]
        assert await _facts(storage, user.id) == present
        assert not await _reseal(storage, user.id, a_password_hash(), old=PasswordHash(Redacted(hashes[0])))


async def _changed_often(storage: Storage, user_id: UserId, *, keep: int) -> list[str]:
    """Change the password three times, and return the hashes there were before each."""
    hashes: list[str] = []
    for version in range(FIRST, FIRST + 3):
        hashes.append((await _password(storage, user_id)).hash.reveal())
        assert await _change(storage, user_id, a_password_hash(), version=version, keep=keep)
    return hashes


async def _former(storage: Storage, user_id: UserId) -> list[tuple[str, int]]:
    former = await in_transaction(storage, lambda tx: tx.passwords.former([user_id]))
    assert {each.user_id for each in former} <= {user_id}
    return [(each.hash.reveal(), each.version) for each in former]


async def _all_owners(storage: Storage, *, limit: int) -> list[UserId]:
    owners: list[UserId] = []
    after: UserId | None = None
    while page := await _page(storage, after, limit):
        assert len(page) <= limit
        owners += (password.user_id for password in page)
        after = owners[-1]
    return owners


async def _page(storage: Storage, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
    return await in_transaction(storage, lambda tx: tx.passwords.page(after=after, limit=limit))


async def _reseal(storage: Storage, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
    return await in_transaction(storage, lambda tx: tx.passwords.reseal(user_id, new, old=old))


async def _version_at_log_in(tx: Tx, user_id: UserId) -> int | None:
    await tx.users.record_log_in(user_id, now=NOON)
    password = await tx.passwords.find(user_id)
    return password.version if password else None


async def _change(storage: Storage, user_id: UserId, new: PasswordHash, *, version: int, keep: int = 0) -> bool:
    return await in_transaction(
        storage, lambda tx: tx.passwords.change(user_id, new, version=version, now=NOON, keep=keep)
    )


async def _rehash(storage: Storage, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
    return await in_transaction(storage, lambda tx: tx.passwords.rehash(user_id, new, version=version))


async def _password(storage: Storage, user_id: UserId) -> StoredPassword:
    password = await in_transaction(storage, lambda tx: tx.passwords.find(user_id))
    assert password is not None
    return password


async def _reset(storage: Storage, user_id: UserId, new: PasswordHash, *, must_change: bool, keep: int = 0) -> None:
    await in_transaction(
        storage, lambda tx: tx.passwords.reset(user_id, new, must_change=must_change, now=NOON, keep=keep)
    )


async def _facts(storage: Storage, user_id: UserId) -> tuple[str, int]:
    password = await _password(storage, user_id)
    return password.hash.reveal(), password.version
