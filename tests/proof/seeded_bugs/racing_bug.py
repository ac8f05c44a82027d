"""A bug that shows when calls meet, or are cut off."""

from dataclasses import dataclass

from tests.proof.simulation.world import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class RacingBug:
    """What is wrong, the invariant it breaks as the simulation says it, and a service that has it."""

    name: str
    found_as: str
    wiring: Wiring

    def __str__(self) -> str:
        return self.name
