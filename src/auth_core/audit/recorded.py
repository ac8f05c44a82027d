"""Events as the store has them, and how one asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from auth_core.audit.events import EventKind, Outcome
from auth_core.ids import EventId, SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """One row of the trail, taken as it is: a later release may have written it, or somebody who should not have.

    `recorded_at` is told by the store, whose clock all processes share. Origin and details are personal: they enter
    what is sealed through a digest under `salt`. When they are erased, salt included, `personal_digest` is what is
    left of them, and nothing can be guessed from it.
    """

    id: EventId
    kind: str
    outcome: str
    at: datetime
    recorded_at: datetime
    actor: UserId | None
    subject: UserId | None
    session_id: SessionId | None
    address: str | None
    user_agent: str | None
    request_id: str | None
    details: Mapping[str, object]
    salt: bytes | None = field(repr=False)
    personal_digest: bytes | None = field(default=None, repr=False)

    @property
    def is_erased(self) -> bool:
        """Whether what was personal in it has been erased."""
        return self.personal_digest is not None

    @property
    def mark(self) -> "Mark":
        """Where it stands in the order of recording."""
        return Mark(self.recorded_at, self.id)

    @property
    def place(self) -> "Place":
        """Where it stands in a listing."""
        return Place(self.at, self.id)


class Mark(NamedTuple):
    """A place in the order in which events were recorded: the one in which they are sealed."""

    recorded_at: datetime
    id: EventId


class Place(NamedTuple):
    """A place in a listing, which goes by when things happened."""

    at: datetime
    id: EventId


class Order(Enum):
    """From which end a listing begins."""

    NEWEST_FIRST = auto()
    OLDEST_FIRST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are asked for: those that fit all that is given. `since` is part of the range, `until` is not."""

    subject: UserId | None = None
    actor: UserId | None = None
    kind: EventKind | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, event: RecordedEvent) -> bool:
        """Say whether `event` is asked for."""
        return (
            self.subject in (None, event.subject)
            and self.actor in (None, event.actor)
            and self.kind in (None, event.kind)
            and self.outcome in (None, event.outcome)
            and (self.since is None or event.at >= self.since)
            and (self.until is None or event.at < self.until)
        )


EVERY_EVENT = EventFilter()
