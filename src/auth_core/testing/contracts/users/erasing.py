"""What every store of users promises: who is erased leaves nothing, and whose time has come is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from auth_core.assembly import Tx
from auth_core.ids import UserId
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import LATER, change_status, delete, find_user, restore
from auth_core.testing.moments import NOON
from auth_core.users.model import User, UserStatus


class Erasing:
    """Part of `UsersContract`: who is erased leaves nothing, and whose time has come is found."""

    async def test_whoever_is_erased_leaves_nothing_and_the_address_is_free(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        session = await stored_session(storage, user)

        erased = [await _erase(storage, user.id) for _ in range(2)]

        assert erased == [True, False]
        assert await find_user(storage, user) is None
        assert await in_transaction(storage, lambda tx: tx.principals.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.passwords.find(user.id)) is None
        assert await in_transaction(storage, lambda tx: tx.sessions.lock(session.id)) is None
        assert await find_user(storage, bystander) == bystander
        another = replace(a_user(), email=user.email)
        assert await in_transaction(storage, lambda tx: tx.users.add(another))

    async def test_an_erasure_that_is_rolled_back_leaves_everything(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await roll_back(storage, lambda tx: tx.users.erase(user.id))

        assert await find_user(storage, user) == user

    async def test_those_who_were_deleted_before_a_moment_are_found_in_order(self, storage: Storage) -> None:
        users = sorted([await stored_user(storage) for _ in range(4)], key=lambda user: user.id)
        first, second, restored, _never = (user.id for user in users)
        for user_id in (first, second, restored):
            await delete(storage, user_id)
        await restore(storage, restored)

        found = await _deleted_before(storage, LATER + timedelta(microseconds=1))

        theirs = [each for each in found if each in {user.id for user in users}]
        assert theirs == [first, second]
        assert await _deleted_before(storage, LATER + timedelta(microseconds=1), after=first, limit=1) == [
            found[found.index(first) + 1]
        ]
        assert first not in await _deleted_before(storage, LATER)

    async def test_those_who_await_a_proof_since_before_a_moment_are_found_in_order(self, storage: Storage) -> None:
        users = sorted([replace(a_user(), awaits_proof=True) for _ in range(5)], key=lambda user: user.id)
        await in_transaction(storage, lambda tx: _add_all(tx, (*users, a_user())))
        first, second, proven, disabled, deleted = (user.id for user in users)
        await in_transaction(storage, lambda tx: tx.users.verify_email(proven, now=LATER))
        await change_status(storage, disabled, UserStatus.DISABLED)
        await delete(storage, deleted)

        found = await _unproven_before(storage, LATER)

        assert [each for each in found if each in {user.id for user in users}] == [first, second]
        assert await _unproven_before(storage, LATER, after=first, limit=1) == [found[found.index(first) + 1]]
        assert first not in await _unproven_before(storage, NOON)


async def _erase(storage: Storage, user_id: UserId) -> bool:
    return await in_transaction(storage, lambda tx: tx.users.erase(user_id))


async def _unproven_before(
    storage: Storage, moment: datetime, *, after: UserId | None = None, limit: int = 10_000
) -> Sequence[UserId]:
    return await in_transaction(storage, lambda tx: tx.users.unproven_before(moment, after=after, limit=limit))


async def _deleted_before(
    storage: Storage, moment: datetime, *, after: UserId | None = None, limit: int = 100_000
) -> Sequence[UserId]:
    return await in_transaction(storage, lambda tx: tx.users.deleted_before(moment, after=after, limit=limit))


async def _add_all(tx: Tx, users: Sequence[User]) -> None:
    for user in users:
        assert await tx.users.add(user)
