"""People, as administrators and the command line are told of them."""

from typing import Self

from pydantic import ConfigDict

from auth_core.users.directory import ListedUser, UserListing
from auth_http.schemas.document import Answered, example
from auth_http.schemas.people import EXAMPLE_USER, UserAnswer


class ListedUserAnswer(UserAnswer):
    """A person with an account, and the roles they hold themselves, by name."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE_USER, roles=["accountant", "user"]))

    roles: tuple[str, ...]

    @classmethod
    def listed(cls, listed: ListedUser) -> Self:
        """Write `listed`."""
        return cls.of(listed.user, roles=listed.roles)


class UsersAnswer(Answered):
    """A page of users.

    `next_cursor` asks for what follows and is null at the end; `total` is null where nobody has counted.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[{**EXAMPLE_USER, "roles": ["accountant", "user"]}],
            next_cursor="kq0mJbhv8BEBmaHzXAB6PpscL20eDEpVAAZEc4kqwwA=",
            total=1204,
        )
    )

    items: tuple[ListedUserAnswer, ...]
    next_cursor: str | None
    total: int | None

    @classmethod
    def of(cls, listing: UserListing) -> Self:
        """Write `listing`."""
        return cls(
            items=tuple(map(ListedUserAnswer.listed, listing.items)), next_cursor=listing.next, total=listing.total
        )
