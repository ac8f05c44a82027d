"""How often things came about in this process: plain numbers, for whoever wants to export them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class Tally:
    """Counts outcomes by name. Names come from the code and never from a caller, so there are few of them."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def note(self, outcome: str) -> None:
        """Count one more."""
        self._counts[outcome] = self._counts.get(outcome, 0) + 1

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each outcome was noted; those that never were are missing."""
        return self._counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What the core counts.

    `verifications` of access tokens: `accepted`, or the code of the error. `refreshes`: what the link turned out to be.
    `events`: every audit event by its kind, when it is written; the few whose transaction is undone count too.
    `breach_checks` of new passwords: `clear`, `breached`, or `unknown`.
    `fallbacks`: the tokens that were decided while what is revoked was not known, by the fallback that did.
    `deliveries`: what became of each attempt to send a message.
    """

    verifications: Tally = field(default_factory=Tally)
    refreshes: Tally = field(default_factory=Tally)
    events: Tally = field(default_factory=Tally)
    breach_checks: Tally = field(default_factory=Tally)
    fallbacks: Tally = field(default_factory=Tally)
    deliveries: Tally = field(default_factory=Tally)
