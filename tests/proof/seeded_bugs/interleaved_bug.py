"""A bug that shows when the statements of two calls come in a certain order."""

from dataclasses import dataclass

from tests.proof.interleavings.stage import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class InterleavedBug:
    """What is wrong, between which two calls it shows, as what, and which steps it takes, in this order."""

    name: str
    between: str
    found_as: str
    by_way_of: tuple[str, ...]
    wiring: Wiring

    def __str__(self) -> str:
        return self.name
