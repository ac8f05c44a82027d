"""What every store promises to people who come and go in numbers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from auth_core.access.errors import RoleNotFound
from auth_core.access.model import USER, RoleName
from auth_core.audit.events import EventKind
from auth_core.ids import UserId
from auth_core.testing.builders import a_password_hash, a_role, a_user, an_event
from auth_core.testing.contracts.arrangement import stored_role, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.directory import UserFilter, UserSort, folded
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User, UserStatus
from auth_core.users.moving import Mover, Resident


class MoversContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_who_is_added_comes_back_with_all_they_brought(self, storage: Storage) -> None:
        role = await stored_role(storage)
        whole = replace(a_mover(role.name), user=replace(a_user(status=UserStatus.DISABLED), last_login_at=NOON))
        bare = replace(a_mover(), password=None)

        added = await _add(storage, whole, bare)

        assert set(added) == {whole.user.id, bare.user.id}
        assert await _comes_back_as(storage, whole)
        assert await _comes_back_as(storage, bare)

    async def test_who_is_added_can_sign_in(self, storage: Storage) -> None:
        mover = a_mover()
        await _add(storage, mover)

        candidate = await storage.candidates.find(mover.user.email.canonical)

        assert candidate is not None
        assert candidate.user == mover.user
        assert candidate.password is not None
        assert mover.password is not None
        assert (candidate.password.hash.reveal(), candidate.password.version) == (mover.password.reveal(), 1)

    async def test_who_has_to_change_their_password_still_has_to(self, storage: Storage) -> None:
        mover = replace(a_mover(), must_change_password=True)
        await _add(storage, mover)

        [moved] = [each for each in await _page(storage, after=None, limit=100_000) if each.user == mover.user]

        assert moved.must_change_password

    async def test_who_is_added_is_found_by_name_as_others_are(self, storage: Storage) -> None:
        role = await stored_role(storage)
        mover = a_mover(role.name)
        await _add(storage, mover)
        which = UserFilter(begins=folded(mover.user.last_name), role=role.name)

        found = await in_transaction(
            storage, lambda tx: tx.directory.page(which, sort=UserSort.NAME, after=None, limit=5)
        )

        assert [each.user for each in found.items] == [mover.user]

    async def test_whoever_has_an_address_keeps_it_and_the_others_come_in(self, storage: Storage) -> None:
        user = await stored_user(storage)
        shouting = EmailAddress.parse(user.email.address.upper())
        late = replace(a_mover(), user=replace(a_user(), email=shouting))
        other = a_mover()

        added = await _add(storage, late, other)

        assert list(added) == [other.user.id]
        assert await in_transaction(storage, lambda tx: tx.users.find(user.id)) == user
        assert await in_transaction(storage, lambda tx: tx.users.find(late.user.id)) is None

    async def test_whoever_has_an_identity_keeps_it(self, storage: Storage) -> None:
        user = await stored_user(storage)
        late = replace(a_mover(), user=replace(a_user(), id=user.id))

        assert not await _add(storage, late)
        assert await in_transaction(storage, lambda tx: tx.users.find(user.id)) == user

    async def test_whoever_was_erased_does_not_come_back(self, storage: Storage) -> None:
        erased, other = a_mover(), a_mover()
        event = replace(an_event(erased.user.id), kind=EventKind.USER_ERASED)
        await in_transaction(storage, lambda tx: tx.audit.record(event))

        assert list(await _add(storage, erased, other)) == [other.user.id]
        assert not await _add(storage, erased)

    async def test_a_role_that_is_not_there_is_not_given_and_nobody_is_added(self, storage: Storage) -> None:
        fine, wrong = a_mover(), a_mover(a_role().name)

        with pytest.raises(RoleNotFound):
            await _add(storage, fine, wrong)

        assert await in_transaction(storage, lambda tx: tx.users.find(fine.user.id)) is None

    async def test_of_many_who_add_the_same_people_at_once_one_does(self, storage: Storage) -> None:
        movers = [a_mover() for _ in range(3)]

        def again() -> list[Mover]:
            return [replace(each, user=replace(a_user(), email=each.user.email)) for each in reversed(movers)]

        added = await race(5, lambda: _add(storage, *again()))

        assert sorted(len(each) for each in added) == [0, 0, 0, 0, 3]

    async def test_nobody_at_all_may_be_added(self, storage: Storage) -> None:
        assert not await _add(storage)

    async def test_residents_are_told_apart_by_whether_they_were_imported(self, storage: Storage) -> None:
        here, imported = await stored_user(storage), await stored_user(storage)
        event = replace(an_event(imported.id), kind=EventKind.USER_IMPORTED)
        await in_transaction(storage, lambda tx: tx.audit.record(event))
        emails = [here.email.canonical, imported.email.canonical, a_user().email.canonical]

        residents = await in_transaction(storage, lambda tx: tx.movers.residents(emails))

        assert dict(residents) == {
            here.email.canonical: Resident(user_id=here.id, imported=False),
            imported.email.canonical: Resident(user_id=imported.id, imported=True),
        }

    async def test_everybody_is_counted_and_paged_through_once(self, storage: Storage) -> None:
        before = await in_transaction(storage, lambda tx: tx.movers.count())
        movers = [a_mover() for _ in range(5)]
        await _add(storage, *movers)

        assert await in_transaction(storage, lambda tx: tx.movers.count()) == before + 5
        assert len(await _page(storage, after=None, limit=1)) == 1

        found: list[UserId] = []
        after = None
        while page := await _page(storage, after=after, limit=3):
            found += [each.user.id for each in page]
            after = found[-1]

        assert found == sorted(found)
        assert len(found) == len(set(found)) == before + 5
        assert {mover.user.id for mover in movers} <= set(found)


def a_mover(*roles: RoleName) -> Mover:
    """Return somebody with a password and with `roles` besides `user`."""
    return Mover(user=a_user(), password=a_password_hash(), roles=(*roles, USER.name))


async def _add(storage: Storage, *movers: Mover) -> Collection[UserId]:
    return await in_transaction(storage, lambda tx: tx.movers.add(movers, now=NOON))


async def _comes_back_as(storage: Storage, mover: Mover) -> bool:
    [back] = await _page(storage, after=_just_before(mover.user), limit=1)
    same_hash = (back.password and back.password.reveal()) == (mover.password and mover.password.reveal())
    return same_hash and back.user == mover.user and back.roles == tuple(sorted(mover.roles))


async def _page(storage: Storage, *, after: UserId | None, limit: int) -> Sequence[Mover]:
    return await in_transaction(storage, lambda tx: tx.movers.page(after=after, limit=limit))


def _just_before(user: User) -> UserId:
    return UserId(UUID(int=user.id.int - 1))
