"""What every reader of who holds which roles promises."""

from auth_core.access.model import USER, Assignment, Role, RoleName
from auth_core.access.ports import Holder
from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import set_status, stored_role, stored_user
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import User, UserStatus


class RoleHoldersContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_the_roles_of_a_user_are_told_by_name_with_who_gave_them(self, storage: Storage) -> None:
        role, giver = await stored_role(storage), await stored_user(storage)
        user = await stored_user(storage, roles=(USER.name,))
        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, role.name, by=giver.id, now=NOON))

        held = await in_transaction(storage, lambda tx: tx.role_holders.held_by(user.id))

        assert list(held) == [
            Assignment(role=role.name, at=NOON, by=giver.id),
            Assignment(role=USER.name, at=NOON, by=None),
        ]

    async def test_the_unknown_hold_nothing(self, storage: Storage) -> None:
        assert not await in_transaction(storage, lambda tx: tx.role_holders.held_by(a_user().id))

    async def test_holders_are_counted_by_all_they_hold(self, storage: Storage) -> None:
        one, other, foreign = [await stored_role(storage) for _ in range(3)]
        for held in ((one,), (one,), (one, other), (other, foreign), (foreign,)):
            await _holding(storage, *held)

        counted = await _counted(storage, one, other, telling=(foreign,))

        assert counted == {
            frozenset({one.name}): 2,
            frozenset({one.name, other.name}): 1,
            frozenset({other.name, foreign.name}): 1,
        }

    async def test_only_what_is_asked_for_is_told_apart(self, storage: Storage) -> None:
        one, other, foreign = [await stored_role(storage) for _ in range(3)]
        for held in ((one,), (one, foreign), (one, other), (other,)):
            await _holding(storage, *held)

        assert await _counted(storage, one) == {frozenset({one.name}): 3}
        assert await _counted(storage, one, telling=(other,)) == {
            frozenset({one.name}): 2,
            frozenset({one.name, other.name}): 1,
        }

    async def test_very_many_roles_are_told_apart_too(self, storage: Storage) -> None:
        one, *others = [await stored_role(storage) for _ in range(12)]
        for held in ((one,), (one, others[3]), (one, *others), (others[0],)):
            await _holding(storage, *held)

        assert await _counted(storage, one, telling=tuple(others)) == {
            frozenset({one.name}): 1,
            frozenset({one.name, others[3].name}): 1,
            frozenset({one.name, *(each.name for each in others)}): 1,
        }

    async def test_only_those_are_listed_who_hold_what_is_asked_for(self, storage: Storage) -> None:
        one, other, foreign = [await stored_role(storage) for _ in range(3)]
        alone = [await _holding(storage, one, foreign), await _holding(storage, one)]
        both = await _holding(storage, one, other)
        alone.append(await _holding(storage, one))

        async def having(*roles: Role, after: UserId | None = None) -> Page[Holder, UserId]:
            return await in_transaction(
                storage,
                lambda tx: tx.role_holders.page(
                    [one.name],
                    telling=[one.name, other.name],
                    having=[frozenset(role.name for role in roles)],
                    after=after,
                    limit=2,
                ),
            )

        first = await having(one)
        rest = await having(one, after=first.next)
        assert [each.user_id for each in (*first.items, *rest.items)] == sorted(each.id for each in alone)
        assert rest.next is None
        assert [(each.user_id, each.roles) for each in (await having(one, other)).items] == [
            (both.id, frozenset({one.name, other.name}))
        ]
        assert not (await having(other)).items

    async def test_the_disabled_are_counted_and_listed_too(self, storage: Storage) -> None:
        role = await stored_role(storage)
        user = await _holding(storage, role)
        await set_status(storage, user, UserStatus.DISABLED)

        counted = await _counted(storage, role)
        page = await _page(storage, role)

        assert counted == {frozenset({role.name}): 1}
        assert [each.user_id for each in page.items] == [user.id]

    async def test_of_no_role_there_are_no_holders(self, storage: Storage) -> None:
        await _holding(storage, await stored_role(storage))

        assert not await _counted(storage)
        assert (await _page(storage)).items == []

    async def test_holders_are_listed_once_with_all_they_hold(self, storage: Storage) -> None:
        one, other, foreign = [await stored_role(storage) for _ in range(3)]
        first, second = await _holding(storage, one, other), await _holding(storage, other, foreign)
        await _holding(storage, foreign)

        page = await _page(storage, one, other)

        expected = [
            Holder(user_id=first.id, email=first.email.address, roles=frozenset({one.name, other.name})),
            Holder(user_id=second.id, email=second.email.address, roles=frozenset({other.name, foreign.name})),
        ]
        assert list(page.items) == sorted(expected, key=lambda holder: holder.user_id)
        assert page.next is None

    async def test_pages_follow_each_other_without_a_gap(self, storage: Storage) -> None:
        role = await stored_role(storage)
        users = [await _holding(storage, role) for _ in range(5)]

        found: list[UserId] = []
        sizes: list[int] = []
        after = None
        while True:
            page = await _page(storage, role, after=after, limit=2)
            found += [each.user_id for each in page.items]
            sizes.append(len(page.items))
            after = page.next
            if after is None:
                break

        assert found == sorted(user.id for user in users)
        assert sizes == [2, 2, 1]

    async def test_a_page_that_is_just_full_is_the_last(self, storage: Storage) -> None:
        role = await stored_role(storage)
        for _ in range(2):
            await _holding(storage, role)

        assert (await _page(storage, role, limit=2)).next is None


async def _holding(storage: Storage, *roles: Role) -> User:
    return await stored_user(storage, roles=tuple(role.name for role in roles))


async def _counted(storage: Storage, *roles: Role, telling: tuple[Role, ...] = ()) -> dict[frozenset[RoleName], int]:
    names = [role.name for role in roles]
    told = [*names, *(role.name for role in telling)]
    return dict(await in_transaction(storage, lambda tx: tx.role_holders.combinations(names, telling=told)))


async def _page(storage: Storage, *roles: Role, after: UserId | None = None, limit: int = 10) -> Page[Holder, UserId]:
    names = [role.name for role in roles]
    return await in_transaction(storage, lambda tx: tx.role_holders.page(names, after=after, limit=limit))
