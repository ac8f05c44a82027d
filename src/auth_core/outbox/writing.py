"""A message as text to be kept, and back."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, get_args

from auth_core.outbox.errors import UnreadableMessage
from auth_core.outbox.messages import Message
from auth_core.redacted import Redacted

MESSAGES: Final[Mapping[str, type[Message]]] = {each.kind: each for each in get_args(Message.__value__)}
"""Every message there is, by its kind."""


def expiry_of(message: Message) -> datetime | None:
    """Return when what the message says is no longer so; None when it never ceases to be."""
    expires_at: datetime | None = getattr(message, "expires_at", None)
    return expires_at


def written(message: Message) -> Redacted[bytes]:
    """Return the message as JSON: whoever has it has every secret in it."""
    values = {each.name: _plain(getattr(message, each.name)) for each in fields(message)}
    return Redacted(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def read(kind: str, text: Redacted[bytes]) -> Message:
    """Return the message that was written. What a later release has added to it is passed over.

    Raises: UnreadableMessage.
    """
    made = MESSAGES.get(kind)
    if made is None:
        raise UnreadableMessage("only a later release knows this kind of message")
    try:
        values = json.loads(text.reveal())
        return made(**{each.name: _of_type(each.type, values[each.name]) for each in fields(made)})
    except (ValueError, KeyError, TypeError):
        raise UnreadableMessage("it is not what this release writes") from None


def _plain(value: object) -> object:
    match value:
        case Redacted():
            return value.reveal()  # pyright: ignore[reportUnknownVariableType] - JSON has only texts
        case datetime():
            return value.isoformat()
        case _:
            return value


def _of_type(declared: Any, value: Any) -> Any:  # noqa: ANN401 - as the fields are declared
    if value is None:
        return None
    if declared == Redacted[str]:
        return Redacted(value)
    if declared in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    return value
