"""What somebody asks of a webhook, read: its address, its description, and the types it is told of."""

from collections.abc import Iterable
from typing import Final

from auth_core.audit.events import EventKind
from auth_core.webhooks.catalogue import CATALOGUE, EVERYTHING
from auth_core.webhooks.errors import InvalidWebhookDescription, UnknownEventType

_LONGEST_DESCRIPTION: Final = 200


def description_of(text: str) -> str:
    """Read one line for people. Raises: InvalidWebhookDescription."""
    text = text.strip()
    if len(text) > _LONGEST_DESCRIPTION or not text.isprintable():
        raise InvalidWebhookDescription
    return text


def types_of(texts: Iterable[str]) -> frozenset[str]:
    """Read types of events; `*` stands for all of them. Raises: UnknownEventType, also when there is none."""
    types = frozenset(texts)
    known = {kind.value for kind in EventKind if kind in CATALOGUE} | {EVERYTHING}
    if not types or not types <= known:
        raise UnknownEventType
    return frozenset({EVERYTHING}) if EVERYTHING in types else types
