"""Places in a listing as they are handed out: opaque, and taken back only when they are what we would have written."""

from typing import Final
from uuid import UUID

from auth_core import opaque
from auth_core.audit.digests import moment_of, ticks
from auth_core.audit.errors import InvalidEventCursor
from auth_core.audit.recorded import Place
from auth_core.ids import EventId

_LENGTH: Final = 8 + 16


def written(place: Place) -> str:
    """Return the cursor for `place`."""
    return opaque.written(ticks(place.at).to_bytes(8, signed=True) + place.id.bytes)


def read(cursor: str) -> Place:
    """Return the place of a cursor. It may come from anybody: it is a time and an id, and lets nobody see more.

    Raises: InvalidEventCursor.
    """
    try:
        packed = opaque.read(cursor)
        if len(packed) != _LENGTH:
            raise InvalidEventCursor
        return Place(moment_of(int.from_bytes(packed[:8], signed=True)), EventId(UUID(bytes=packed[8:])))
    except (ValueError, OverflowError):
        raise InvalidEventCursor from None
