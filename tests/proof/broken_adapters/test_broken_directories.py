"""The contract notices directories of users that do not keep it."""

import re
from dataclasses import replace

import pytest

from auth_adapters.memory.directory import MemoryUserDirectory
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.user_directory import UserDirectoryContract
from auth_core.users.directory import Found, UserFilter, UserPlace, UserSort, place_of
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.contracts.mutation import caught_by


class BeginsWhereTheLastPageEnded(MemoryUserDirectory):
    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        found = await super().page(which, sort=sort, after=after, limit=limit + 1)
        following = place_of(found.items[limit].user, sort) if len(found.items) > limit else None
        return replace(found, items=found.items[:limit], next=following)


@caught_by(
    "test_every_order_lists_each_of_them_once_whatever_the_size_of_the_pages",
    "test_whoever_is_added_meanwhile_neither_hides_nor_repeats_anybody",
    "test_a_place_stays_one_when_whoever_stood_there_has_moved",
)
class TestBeginsWhereTheLastPageEnded(UserDirectoryContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(directory=BeginsWhereTheLastPageEnded)


class ForgetsWhoIsEqual(MemoryUserDirectory):
    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        found = await super().page(which, sort=sort, after=after, limit=1000)
        items = [each for each in found.items if after is None or place_of(each.user, sort).key != after.key]
        following = place_of(items[limit - 1].user, sort) if len(items) > limit else None
        return replace(found, items=items[:limit], next=following)


@caught_by(
    "test_every_order_lists_each_of_them_once_whatever_the_size_of_the_pages",
    "test_whoever_is_added_meanwhile_neither_hides_nor_repeats_anybody",
)
class TestForgetsWhoIsEqual(UserDirectoryContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(directory=ForgetsWhoIsEqual)


class KnowsWildcards(MemoryUserDirectory):
    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        found = await super().page(replace(which, begins=None), sort=sort, after=after, limit=limit)
        if which.begins is None:
            return found
        pattern = re.compile(re.escape(which.begins).replace("%", ".*").replace("_", "."))
        items = [
            each
            for each in found.items
            if any(
                pattern.match(text)
                for text in (each.user.email.canonical, each.user.first_name.casefold(), each.user.last_name.casefold())
            )
        ]
        return replace(found, items=items, total=len(items))


@caught_by("test_what_elsewhere_is_a_wildcard_or_a_quote_is_a_character_like_others")
class TestKnowsWildcards(UserDirectoryContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(directory=KnowsWildcards)
