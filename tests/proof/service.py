"""What a script sees of a service: the real one and the model of it answer alike."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tests.proof.steps import OfHolder, OfNobody


class Said(StrEnum):
    """What was answered."""

    DONE = "done"
    PAIR = "a pair"
    REFUSED = "refused"
    NOT_FOUND = "not found"
    ACCEPTED = "accepted"
    EITHER = "accepted or refused"
    NOT_THE_SAME = "answers that differ"
    NOBODY = "nobody there to do it"


class Link(Protocol):
    """A link of a chain. Sessions are numbered in the order of their log-ins."""

    @property
    def session(self) -> int: ...

    @property
    def generation(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply[L: Link]:
    """One answer, and what it cost and left behind.

    `stored` says whether storage was asked at all, `advances` how often a chain moved on, `events` what was added to
    the audit trail. They are looked at where a link is presented; `events` everywhere.
    """

    said: Said
    link: L | None = None
    stored: bool = False
    advances: int = 0
    events: tuple[str, ...] = ()


class Service[L: Link](Protocol):
    """Performs steps."""

    async def perform(self, step: OfHolder, link: L) -> Reply[L]:
        """Do what somebody who holds `link` does."""
        ...

    async def happen(self, step: OfNobody) -> Reply[L]:
        """Do what takes no link."""
        ...

    async def live(self) -> tuple[tuple[int, int], ...]:
        """Return the sessions that can be used now, each with its generation."""
        ...
