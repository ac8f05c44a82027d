"""A head outside of the trail: one JSON document that a program or a person can keep anywhere."""

import json
from typing import Final

from auth_core.audit.chain import Head
from auth_core.audit.digests import moment_of, ticks
from auth_core.audit.errors import InvalidHead

_LENGTH: Final = 32


def head_as_json(head: Head) -> dict[str, str | int]:
    """Return the document."""
    return {"batch": head.number, "head": head.head.hex(), "sealed_at_microseconds": ticks(head.sealed_at)}


def head_in(text: str) -> Head:
    """Read the document. Raises: InvalidHead."""
    try:
        document = json.loads(text)
        number, head, sealed_at = (document[name] for name in ("batch", "head", "sealed_at_microseconds"))
        if type(number) is not int or type(sealed_at) is not int or number < 1 or not isinstance(head, str):
            raise InvalidHead
        exported = Head(number=number, head=bytes.fromhex(head), sealed_at=moment_of(sealed_at))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise InvalidHead from None
    if len(exported.head) != _LENGTH:
        raise InvalidHead
    return exported
