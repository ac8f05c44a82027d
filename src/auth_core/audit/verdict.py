"""What is found of a trail: that it is whole, or the first place where it is not."""

from dataclasses import dataclass
from enum import StrEnum

from auth_core.ids import EventId


class Damage(StrEnum):
    """What has happened to the trail at one place."""

    EDITED = "edited"
    """The event says something else than when it was sealed."""
    DELETED = "deleted"
    """The event was sealed, and is gone."""
    INSERTED = "inserted"
    """The event stands among sealed ones and never was in a batch."""
    REORDERED = "reordered"
    """The event stands at another time than when it was sealed, or in the place of another one of its batch."""
    ERASED = "erased_without_order"
    """What is personal in the event is gone, and nobody has ordered that."""
    EMPTIED = "removed_without_order"
    """The events of the batch are gone, and their age is not the reason."""
    MISSING = "missing"
    """The batch is gone, or was never there."""
    FORGED = "forged"
    """The batch is not as we have signed it."""
    REPLACED = "replaced"
    """The batch is sound, and is not the one whose head was exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Nothing was found. `events` are in `batches`, of which `emptied` are so old that theirs were removed."""

    batches: int
    emptied: int
    events: int
    erased: int
    unsealed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first place where the trail is not what was sealed; `event` is None when the batch as a whole is meant."""

    what: Damage
    batch: int
    event: EventId | None = None


type Verdict = Whole | Broken
