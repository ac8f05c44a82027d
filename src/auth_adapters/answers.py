"""Reading what the service answers: later releases may add members, but what is there is what it should be."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from uuid import UUID


class Unreadable(ValueError):
    """The answer is not what such an answer is."""


def document_in(body: bytes) -> object:
    """Parse JSON in UTF-8. Raises: Unreadable."""
    try:
        parsed: object = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON in UTF-8") from error
    return parsed


def members(document: object, *names: str) -> Mapping[str, object]:
    """Return the object, which has at least these members. Raises: Unreadable."""
    if not isinstance(document, dict) or not set(names) <= set(cast("dict[str, object]", document)):
        raise Unreadable("not the members that are expected")
    return cast("dict[str, object]", document)


def items(value: object) -> list[object]:
    """Return the list. Raises: Unreadable."""
    if not isinstance(value, list):
        raise Unreadable("not a list")
    return cast("list[object]", value)


def text(value: object) -> str:
    """Return the text. Raises: Unreadable."""
    if not isinstance(value, str):
        raise Unreadable("not a text")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Return the list of texts. Raises: Unreadable."""
    return tuple(text(each) for each in items(value))


def whole_number(value: object) -> int:
    """Return the number, which is not negative. Raises: Unreadable."""
    if type(value) is not int or value < 0:
        raise Unreadable("not a number that counts")
    return value


def uuid(value: object) -> UUID:
    """Return the identity. Raises: Unreadable."""
    try:
        return UUID(text(value))
    except ValueError as error:
        raise Unreadable("not a UUID") from error


def moment(value: object) -> datetime:
    """Return the time, in UTC. Raises: Unreadable."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError as error:
        raise Unreadable("not a time") from error
    if read.tzinfo is None:
        raise Unreadable("not a time with its zone")
    return read.astimezone(UTC)
