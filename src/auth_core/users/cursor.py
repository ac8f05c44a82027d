"""Places in the listing of users as they are handed out: opaque, and good for the order and the filters they are from.

They are not signed: whoever makes one up has chosen a place to begin at, and sees no more than the filters let them.
"""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from auth_core import opaque
from auth_core.audit.digests import moment_of, spelt, ticks
from auth_core.ids import UserId
from auth_core.users.directory import UserFilter, UserPlace, UserSort
from auth_core.users.errors import InvalidUserCursor

LONGEST: Final = 4096
"""Longer than any that we write: two names of 100 characters, each of which may fold to several."""

_CHECK: Final = 8
_ID: Final = 16
_BETWEEN: Final = "\x1f"  # No name has it: it cannot be printed.


def written(place: UserPlace, which: UserFilter, sort: UserSort) -> str:
    """Return the cursor for `place`, which is one in this listing alone."""
    key = b"".join(ticks(part).to_bytes(8, signed=True) for part in place.key if isinstance(part, datetime))
    key += _BETWEEN.join(part for part in place.key if isinstance(part, str)).encode()
    packed = place.id.bytes + key
    return opaque.written(_check(packed, which, sort) + packed)


def read(cursor: str, which: UserFilter, sort: UserSort) -> UserPlace:
    """Return the place of a cursor. It may come from anybody.

    Raises: InvalidUserCursor for what is none, and for those of other filters or of another order.
    """
    try:
        packed = opaque.read(cursor)
        check, rest = packed[:_CHECK], packed[_CHECK:]
        if len(cursor) > LONGEST or check != _check(rest, which, sort):
            raise InvalidUserCursor
        return UserPlace(key=_key(rest[_ID:], sort), id=UserId(UUID(bytes=rest[:_ID])))
    except (ValueError, OverflowError):
        raise InvalidUserCursor from None


def _check(packed: bytes, which: UserFilter, sort: UserSort) -> bytes:
    said = spelt("auth-service user cursor 1", sort, which.begins, which.role, which.status)
    return hashlib.sha256(said + packed).digest()[:_CHECK]


def _key(packed: bytes, sort: UserSort) -> tuple[datetime | str, ...]:
    match sort.by:
        case "created_at":
            if len(packed) != 8:
                raise InvalidUserCursor
            return (moment_of(int.from_bytes(packed, signed=True)),)
        case "email":
            return (_text(packed),)
        case _:
            last, between, first = _text(packed).partition(_BETWEEN)
            if not between:
                raise InvalidUserCursor
            return (last, first)


def _text(packed: bytes) -> str:
    text = packed.decode()
    if "\0" in text:  # PostgreSQL has no such character.
        raise InvalidUserCursor
    return text
