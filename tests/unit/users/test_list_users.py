"""The listing of everybody."""

from dataclasses import replace

import pytest

from auth_core import InvalidRoleName, InvalidSearch, InvalidUserCursor
from auth_core.testing import a_user
from auth_core.users import cursor
from auth_core.users.directory import LARGEST_PAGE, UserFilter, UserPlace, UserSort, place_of
from auth_core.users.model import UserStatus, name
from tests.unit.core_in_memory import SECOND, Core


async def test_everybody_is_listed_once_in_the_order_of_their_making(core: Core) -> None:
    users = []
    for _ in range(5):
        users.append(await core.register())
        core.clock.advance(SECOND)

    first = await core.auth.users.list(limit=2)
    second = await core.auth.users.list(after=first.next, limit=2)
    third = await core.auth.users.list(after=second.next, limit=2)

    assert [listed.user for page in (first, second, third) for listed in page.items] == users
    assert {listed.roles for listed in first.items} == {("user",)}
    assert (first.total, third.next) == (5, None)


@pytest.mark.parametrize(("asked", "given"), [(-1, 1), (0, 1), (1, 1), (LARGEST_PAGE, 3), (10**9, 3)])
async def test_a_page_has_at_least_one_and_at_most_500_users(core: Core, asked: int, given: int) -> None:
    for _ in range(3):
        await core.register()

    page = await core.auth.users.list(limit=asked)

    assert len(page.items) == given


async def test_where_nobody_is_nobody_is_listed(core: Core) -> None:
    page = await core.auth.users.list()

    assert (list(page.items), page.next, page.total) == ([], None, 0)


@pytest.mark.parametrize("blank", ["", "  "])
async def test_a_blank_search_is_none(core: Core, blank: str) -> None:
    await core.register()

    assert (await core.auth.users.list(q=blank)).total == 1


@pytest.mark.parametrize("unprintable", ["a\0", "\ud800", "a" * 255])
async def test_what_nobody_can_be_called_is_not_searched_for(core: Core, unprintable: str) -> None:
    with pytest.raises(InvalidSearch):
        await core.auth.users.list(q=unprintable)


async def test_what_no_role_can_be_called_is_refused(core: Core) -> None:
    with pytest.raises(InvalidRoleName):
        await core.auth.users.list(role="' OR 1=1")


@pytest.mark.covers("AUZ-11")
async def test_a_cursor_is_good_for_the_listing_it_is_from_and_no_other(core: Core) -> None:
    for _ in range(2):
        await core.register()

    for sort in UserSort:
        after = (await core.auth.users.list(sort=sort, limit=1)).next
        assert after is not None
        assert len((await core.auth.users.list(sort=sort, after=after)).items) == 1
        with pytest.raises(InvalidUserCursor):
            await core.auth.users.list(sort=sort, after=after, q="a")
        with pytest.raises(InvalidUserCursor):
            await core.auth.users.list(sort=sort, after=after, role="user")
        with pytest.raises(InvalidUserCursor):
            await core.auth.users.list(sort=sort, after=after, status=UserStatus.ACTIVE)
        for other in set(UserSort) - {sort}:
            with pytest.raises(InvalidUserCursor):
                await core.auth.users.list(sort=other, after=after)


@pytest.mark.covers("AUZ-11")
async def test_a_cursor_with_a_changed_letter_is_refused(core: Core) -> None:
    for _ in range(2):
        await core.register()
    after = (await core.auth.users.list(limit=1)).next
    assert after is not None

    forged = [
        after[:place] + ("B" if letter == "A" else "A") + after[place + 1 :] for place, letter in enumerate(after)
    ]
    for each in (*forged, after[:-4], after + after, after + "=", "", "=", "é", "A" * 10_000):
        with pytest.raises(InvalidUserCursor):
            await core.auth.users.list(after=each)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        (UserSort.CREATED_AT, ("text",)),
        (UserSort.CREATED_AT, ("8 bytes.",)),
        (UserSort.CREATED_AT, ()),
        (UserSort.EMAIL, ("a\0b",)),
        (UserSort.NAME, ("one name",)),
        (UserSort.NAME, ("\0", "a")),
    ],
)
def test_a_cursor_made_up_with_care_names_no_place_that_cannot_be(sort: UserSort, key: tuple[str, ...]) -> None:
    made_up = cursor.written(UserPlace(key=key, id=a_user().id), UserFilter(), sort)

    with pytest.raises(InvalidUserCursor):
        cursor.read(made_up, UserFilter(), sort)


def test_the_longest_cursor_is_short_enough() -> None:
    longest = name("\u0390" * 100, field="last_name")  # folds to three characters each
    place = place_of(replace(a_user(), first_name=longest, last_name=longest), UserSort.NAME)

    text = cursor.written(place, UserFilter(), UserSort.NAME)

    assert len(text) <= cursor.LONGEST
    assert cursor.read(text, UserFilter(), UserSort.NAME) == place
