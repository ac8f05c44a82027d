"""What a receiver is told of an event: `{type, timestamp, data}`, and nothing by which somebody could be recognised."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorded import RecordedEvent
from auth_core.webhooks.catalogue import CATALOGUE, Told


def body_of(event: RecordedEvent) -> bytes | None:
    """Return the body that tells of `event`, the same each time; None when only a later release knows its kind.

    When what is personal in the event has been erased its details are gone, and left out.
    """
    if event.kind not in tuple(EventKind) or EventKind(event.kind) not in CATALOGUE:
        return None
    told = CATALOGUE[EventKind(event.kind)]
    data = {
        "event_id": str(event.id),
        "user_id": None if event.subject is None else str(event.subject),
        "actor_id": None if event.actor is None else str(event.actor),
        "session_id": None if event.session_id is None else str(event.session_id),
        **_details(told, event.details),
    }
    return written(event.kind, at=event.at, data=data)


def written(kind: str, *, at: datetime, data: Mapping[str, object]) -> bytes:
    """Return a body: JSON without spaces, in UTF-8."""
    timestamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(
        {"type": kind, "timestamp": timestamp, "data": data}, ensure_ascii=False, separators=(",", ":")
    ).encode()


def _details(told: Told, details: Mapping[str, object]) -> dict[str, object]:
    plain = {name: details[name] for name in told.plain if name in details}
    lists = {ours: str(details[theirs]).split() for theirs, ours in told.lists.items() if theirs in details}
    return plain | lists
