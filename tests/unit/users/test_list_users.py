"""The listing of everybody."""

import pytest

from auth_core.users.list_users import LARGEST_PAGE
from tests.unit.core_in_memory import SECOND, Core


async def test_everybody_is_listed_once_in_the_order_of_their_making(core: Core) -> None:
    users = []
    for _ in range(5):
        users.append(await core.register())
        core.clock.advance(SECOND)

    first = await core.auth.users.list(limit=2)
    second = await core.auth.users.list(after=first.next, limit=2)
    third = await core.auth.users.list(after=second.next, limit=2)

    assert [*first.items, *second.items, *third.items] == users
    assert (first.next, second.next, third.next) == (users[1].id, users[3].id, None)


@pytest.mark.parametrize(("asked", "given"), [(-1, 1), (0, 1), (1, 1), (LARGEST_PAGE, 3), (10**9, 3)])
async def test_a_page_has_at_least_one_and_at_most_500_users(core: Core, asked: int, given: int) -> None:
    for _ in range(3):
        await core.register()

    page = await core.auth.users.list(limit=asked)

    assert len(page.items) == given


async def test_where_nobody_is_nobody_is_listed(core: Core) -> None:
    page = await core.auth.users.list()

    assert (list(page.items), page.next) == ([], None)
