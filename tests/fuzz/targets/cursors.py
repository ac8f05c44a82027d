"""Whoever reads the places at which a page of a listing begins."""

from collections.abc import Iterator
from uuid import UUID

from auth_core.audit import cursor as events
from auth_core.audit.errors import InvalidEventCursor
from auth_core.audit.recorded import Place
from auth_core.ids import EventId, UserId
from auth_core.testing import NOON
from auth_core.users import cursor as users
from auth_core.users.directory import UserFilter, UserPlace, UserSort
from auth_core.users.errors import InvalidUserCursor
from tests.fuzz.targets.target import Target, holds, text_of

_ID = UUID(int=0x01890A5DAC96774BBCCEB302099A8057)
_EVERYBODY = UserFilter()


def targets() -> Iterator[Target]:
    """Yield the cursors of events, and those of users in the order of names."""
    place = UserPlace(key=("hopper", "grace"), id=UserId(_ID))
    yield Target(
        name="event cursor", seeds=[events.written(Place(NOON, EventId(_ID))).encode(), b""], reads=_reads_event
    )
    yield Target(
        name="user cursor",
        seeds=[users.written(place, _EVERYBODY, UserSort.NAME).encode(), b""],
        reads=_reads_user,
    )


def _reads_event(data: bytes) -> bool:
    text = text_of(data)
    try:
        place = events.read(text)
    except InvalidEventCursor:
        return False
    holds(events.written(place) == text, "a place has two cursors")
    return True


def _reads_user(data: bytes) -> bool:
    text = text_of(data)
    try:
        place = users.read(text, _EVERYBODY, UserSort.NAME)
    except InvalidUserCursor:
        return False
    holds(users.written(place, _EVERYBODY, UserSort.NAME) == text, "a place has two cursors")
    return True
