"""Everybody, as they are looked for: which of them, in which order, and from which place on."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth_core.access.model import RoleName
from auth_core.ids import UserId
from auth_core.text import is_printable
from auth_core.users.errors import InvalidSearch
from auth_core.users.model import User, UserStatus

LARGEST_PAGE: Final = 500
MOST_COUNTED: Final = 10_000
"""Up to this many matches are counted."""

_LONGEST: Final = 254


def folded(text: str) -> str:
    """Return the form in which names are compared: two that differ in case alone are one. It sorts by code point."""
    return unicodedata.normalize("NFC", text.casefold())


class UserSort(StrEnum):
    """The orders there are; `-` turns one round. Who is equal in it goes by their id."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    EMAIL = "email"
    EMAIL_DESCENDING = "-email"
    NAME = "name"
    """By last name, then by first name."""
    NAME_DESCENDING = "-name"

    @property
    def by(self) -> str:
        """What it goes by."""
        return self.value.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUser:
    """A user with the roles they hold themselves, by name: what these inherit is not told."""

    user: User
    roles: tuple[RoleName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """Conditions that all have to hold; None asks nothing.

    `begins` is the folded beginning of an e-mail address, of a first name or of a last name. `role` is one they hold
    themselves.
    """

    begins: str | None = None
    role: RoleName | None = None
    status: UserStatus | None = None

    def fits(self, listed: ListedUser) -> bool:
        """Say whether this is one of them."""
        user = listed.user
        texts = (user.email.canonical, folded(user.first_name), folded(user.last_name))
        return (
            (self.begins is None or any(text.startswith(self.begins) for text in texts))
            and (self.role is None or self.role in listed.roles)
            and (self.status is None or self.status is user.status)
        )


EVERYBODY: Final = UserFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPlace:
    """A place in the listing: what it is sorted by, and whose place it is. It stays one when they are gone."""

    key: tuple[datetime | str, ...]
    id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Some of those who fit. `next` is where to go on; None when there is nobody further on.

    `total` is how many fit, when somebody counted. A page may be short, or empty, and yet have a next.
    """

    items: Sequence[ListedUser]
    next: UserPlace | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserListing:
    """A page of the listing, and the cursor of the one that follows it."""

    items: Sequence[ListedUser]
    next: str | None
    total: int | None


def place_of(user: User, sort: UserSort) -> UserPlace:
    """Return where `user` stands in this order."""
    match sort.by:
        case "created_at":
            key: tuple[datetime | str, ...] = (user.created_at,)
        case "email":
            key = (user.email.canonical,)
        case _:
            key = (folded(user.last_name), folded(user.first_name))
    return UserPlace(key=key, id=user.id)


def beginning(text: str) -> str | None:
    """Read what is searched for; None when it is blank. Raises: InvalidSearch."""
    if len(text) > _LONGEST or not is_printable(text):
        raise InvalidSearch
    return folded(unicodedata.normalize("NFC", text).strip()) or None
