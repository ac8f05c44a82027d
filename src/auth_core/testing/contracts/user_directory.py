"""What everything that finds people promises."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from auth_core.access.model import USER, RoleName
from auth_core.ids import UserId
from auth_core.testing.builders import a_user
from auth_core.testing.contracts.arrangement import set_status, stored_role, stored_user
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.directory import Found, ListedUser, UserFilter, UserPlace, UserSort, beginning, folded, place_of
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User, UserStatus, name

_LONGEST_WALK: Final = 1000


class UserDirectoryContract:
    """Subclass it and provide the fixture `storage`. A role of its own keeps each test to the people it has made."""

    async def test_a_user_is_found_with_the_roles_they_hold(self, storage: Storage) -> None:
        parent = await stored_role(storage)
        role = await stored_role(storage, parents=(parent,))
        user = await stored_user(storage, roles=(USER.name, role.name))

        found = await in_transaction(storage, lambda tx: tx.directory.find(user.id))

        assert found == ListedUser(user=user, roles=tuple(sorted((role.name, USER.name))))

    async def test_who_is_not_there_is_not_found(self, storage: Storage) -> None:
        assert await in_transaction(storage, lambda tx: tx.directory.find(a_user().id)) is None

    async def test_every_order_lists_each_of_them_once_whatever_the_size_of_the_pages(self, storage: Storage) -> None:
        role = await _a_role(storage)
        people = [
            await _called(storage, first, last, role=role, minute=minute)
            for first, last, minute in (
                ("Grace", "Hopper", 3), ("grace", "HOPPER", 3), ("Ada", "Hopper", 1), ("Édith", "Clarke", 2),
                ("Zoë", "Ångström", 2), ("林", "Łukasz", 0), ("\U0001f469\u200d\U0001f680", "\uffee", 5),
            )
        ]  # fmt: skip
        which = UserFilter(role=role)

        for sort in UserSort:
            expected = sorted(people, key=_by(sort), reverse=sort.descending)
            for limit in (1, 2, 3, 100):
                pages = await _pages(storage, which, sort=sort, limit=limit)

                assert _ids(pages) == [user.id for user in expected], (sort, limit)
                assert all(len(page.items) <= limit for page in pages)
                assert {page.total for page in pages} == {len(people)}
                assert [page.next is None for page in pages] == [False] * (len(pages) - 1) + [True]

    async def test_without_conditions_everybody_is_listed_once_in_every_order(self, storage: Storage) -> None:
        users = [await stored_user(storage, at=NOON + timedelta(minutes=minute)) for minute in (2, 0, 1)]

        for sort in UserSort:
            pages = await _pages(storage, UserFilter(), sort=sort, limit=100)

            listed = [each.user for page in pages for each in page.items]
            assert {user.id for user in users} <= {user.id for user in listed}
            assert len({user.id for user in listed}) == len(listed)
            assert listed == sorted(listed, key=_by(sort), reverse=sort.descending)
            assert {page.total for page in pages} == {len(listed)}

    async def test_whoever_is_added_meanwhile_neither_hides_nor_repeats_anybody(self, storage: Storage) -> None:
        for sort in UserSort:
            role = await _a_role(storage)
            there = [await _called(storage, "Ada", f"{letter}", role=role, minute=5) for letter in "bdfhjl"]
            which, seen, after = UserFilter(role=role), list[UserId](), None
            for letter in "aceg":
                page = await _page(storage, which, sort=sort, after=after, limit=1)
                seen += [each.user.id for each in page.items]
                await _called(storage, "Ada", letter, role=role, minute=5)
                after = page.next
            seen += _ids(await _pages(storage, which, sort=sort, limit=2, after=after))

            assert [each for each in seen if each in {user.id for user in there}] == [
                user.id for user in sorted(there, key=_by(sort), reverse=sort.descending)
            ], sort
            assert len(set(seen)) == len(seen), sort

    async def test_a_place_stays_one_when_whoever_stood_there_has_moved(self, storage: Storage) -> None:
        role = await _a_role(storage)
        people = [await _called(storage, "Ada", last, role=role) for last in "abc"]
        first = await _page(storage, UserFilter(role=role), sort=UserSort.NAME, limit=1)
        moved = name("z", field="last_name")
        await in_transaction(
            storage, lambda tx: tx.users.rename(people[0].id, first_name=None, last_name=moved, now=NOON)
        )

        pages = await _pages(storage, UserFilter(role=role), sort=UserSort.NAME, limit=2, after=first.next)

        assert _ids(pages) == [people[1].id, people[2].id, people[0].id]

    async def test_a_search_finds_how_an_address_or_either_name_begins_in_whatever_case(self, storage: Storage) -> None:
        role = await _a_role(storage)
        people = {
            "first": await _called(storage, "Élodie", "B", role=role),
            "last": await _called(storage, "B", "ÉLAN", role=role),
            "email": await _called(storage, "C", "C", role=role, local_part="Lovelace"),
            "inside": await _called(storage, "Noël", "De Él", role=role),
            "street": await _called(storage, "Groß", "STRASSE", role=role),
        }

        async def found(text: str) -> set[str]:
            which = UserFilter(role=role, begins=beginning(text))
            page = await _page(storage, which, sort=UserSort.NAME, limit=100)
            assert page.total == len(page.items)
            assert len({each.user.id for each in page.items}) == len(page.items)
            return {key for each in page.items for key, user in people.items() if user.id == each.user.id}

        assert await found("éL") == await found(" E\u0301l ") == {"first", "last"}
        assert await found("el") == set()
        assert await found("LoveL") == {"email"}
        assert await found("love@") == set()
        assert await found("GROSS") == await found("straß") == {"street"}
        assert await found("de é") == await found("noë") == {"inside"}

    async def test_what_elsewhere_is_a_wildcard_or_a_quote_is_a_character_like_others(self, storage: Storage) -> None:
        role = await _a_role(storage)
        for odd in ("%", "_", "\\", "'; --", "%a", "a%"):
            user = await _called(storage, "Plain", odd, role=role)
            await _called(storage, "Plain", "x", role=role)

            which = UserFilter(role=role, begins=beginning(odd))
            page = await _page(storage, which, sort=UserSort.EMAIL, limit=100)

            assert user.id in {each.user.id for each in page.items}
            assert all(folded(each.user.last_name).startswith(odd) for each in page.items), odd

    async def test_somebody_is_found_by_the_name_they_have_now(self, storage: Storage) -> None:
        role = await _a_role(storage)
        user = await _called(storage, "Grace", "Murray", role=role)
        hopper = name("Hopper", field="last_name")
        await in_transaction(storage, lambda tx: tx.users.rename(user.id, first_name=None, last_name=hopper, now=NOON))

        async def found(text: str) -> int:
            which = UserFilter(role=role, begins=beginning(text))
            return len((await _page(storage, which, sort=UserSort.NAME, limit=100)).items)

        assert [await found(text) for text in ("hop", "gra", "mur")] == [1, 1, 0]

    async def test_a_role_is_one_they_hold_themselves(self, storage: Storage) -> None:
        parent = await stored_role(storage)
        child = await stored_role(storage, parents=(parent,))
        heir = await stored_user(storage, roles=(child.name,))
        holder = await stored_user(storage, roles=(parent.name,))

        of_parent = await _page(storage, UserFilter(role=parent.name), sort=UserSort.EMAIL, limit=100)
        of_child = await _page(storage, UserFilter(role=child.name), sort=UserSort.EMAIL, limit=100)

        assert [each.user.id for each in of_parent.items] == [holder.id]
        assert [each.user.id for each in of_child.items] == [heir.id]

    async def test_of_a_role_that_is_not_there_nobody_is(self, storage: Storage) -> None:
        await stored_user(storage)

        page = await _page(storage, UserFilter(role=RoleName("nobodys")), sort=UserSort.NAME, limit=100)

        assert (list(page.items), page.next, page.total) == ([], None, 0)

    async def test_the_deleted_are_a_status_of_their_own(self, storage: Storage) -> None:
        role = await _a_role(storage)
        active, disabled, deleted, restored = [
            await _called(storage, "Ada", "Lovelace", role=role, minute=minute) for minute in range(4)
        ]
        await set_status(storage, disabled, UserStatus.DISABLED)
        await in_transaction(storage, lambda tx: tx.users.delete(deleted.id, now=NOON))
        await in_transaction(storage, lambda tx: tx.users.delete(restored.id, now=NOON))
        await in_transaction(storage, lambda tx: tx.users.restore(restored.id, now=NOON))

        pages = {
            status: await _page(storage, UserFilter(role=role, status=status), sort=UserSort.CREATED_AT, limit=100)
            for status in UserStatus
        }

        assert {status: [each.user.id for each in page.items] for status, page in pages.items()} == {
            UserStatus.ACTIVE: [active.id, restored.id],
            UserStatus.DISABLED: [disabled.id],
            UserStatus.DELETED: [deleted.id],
        }
        assert [page.total for page in pages.values()] == [2, 1, 1]

    async def test_conditions_hold_together(self, storage: Storage) -> None:
        role = await _a_role(storage)
        wanted = await _called(storage, "Grace", "Hopper", role=role)
        active = await _called(storage, "Grace", "Hopper", role=role)
        other = await _called(storage, "Ada", "Lovelace", role=role)
        foreign = await _called(storage, "Grace", "Hopper", role=await _a_role(storage))
        for user in (wanted, other, foreign):
            await set_status(storage, user, UserStatus.DISABLED)

        which = UserFilter(role=role, status=UserStatus.DISABLED, begins="hop")
        page = await _page(storage, which, sort=UserSort.CREATED_AT, limit=100)
        with_status = await _page(
            storage, UserFilter(role=role, status=UserStatus.ACTIVE), sort=UserSort.CREATED_AT, limit=100
        )

        assert ([each.user.id for each in page.items], page.total) == ([wanted.id], 1)
        assert page.items[0].user.status is UserStatus.DISABLED
        assert [each.user.id for each in with_status.items] == [active.id]


async def _a_role(storage: Storage) -> RoleName:
    return (await stored_role(storage)).name


async def _called(
    storage: Storage, first: str, last: str, *, role: RoleName, minute: int = 0, local_part: str | None = None
) -> User:
    at = NOON + timedelta(minutes=minute)
    user = a_user(at=at)
    email = EmailAddress(f"{local_part}.{user.email.address}") if local_part else user.email
    user = replace(
        user,
        email=email,
        first_name=name(first, field="first_name"),
        last_name=name(last, field="last_name"),
    )
    assert await in_transaction(storage, lambda tx: tx.users.add(user))
    await in_transaction(storage, lambda tx: tx.roles.assign(user.id, role, by=None, now=at))
    return user


def _by(sort: UserSort) -> Callable[[User], Any]:
    def standing(user: User) -> tuple[object, ...]:
        place = place_of(user, sort)
        return (*place.key, place.id)

    return standing


def _ids(pages: Sequence[Found]) -> list[UserId]:
    return [each.user.id for page in pages for each in page.items]


async def _page(
    storage: Storage, which: UserFilter, *, sort: UserSort, limit: int, after: UserPlace | None = None
) -> Found:
    return await in_transaction(storage, lambda tx: tx.directory.page(which, sort=sort, after=after, limit=limit))


async def _pages(
    storage: Storage, which: UserFilter, *, sort: UserSort, limit: int, after: UserPlace | None = None
) -> list[Found]:
    pages = [await _page(storage, which, sort=sort, after=after, limit=limit)]
    while (following := pages[-1].next) is not None:
        pages.append(await _page(storage, which, sort=sort, after=following, limit=limit))
        assert len(pages) < _LONGEST_WALK
    return pages
