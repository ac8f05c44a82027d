"""How long the event loop lets things wait, measured from within."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_STEP = 0.001


@dataclass(slots=True)
class Stalls:
    """How late each step of the probe was, in milliseconds."""

    late: list[float] = field(default_factory=list[float])

    def summary(self) -> dict[str, float]:
        """Return the tail and the worst."""
        ordered = sorted(self.late)
        return {
            "p50": round(ordered[len(ordered) // 2], 2),
            "p99": round(ordered[int(len(ordered) * 0.99)], 2),
            "p99.9": round(ordered[int(len(ordered) * 0.999)], 2),
            "worst": round(ordered[-1], 2),
        }


@asynccontextmanager
async def watching() -> AsyncGenerator[Stalls]:
    """Ask the loop for a turn every millisecond while the block runs, and note by how much each comes late."""
    stalls = Stalls()

    async def probe() -> None:
        while True:
            due = time.perf_counter() + _STEP
            await asyncio.sleep(_STEP)
            stalls.late.append((time.perf_counter() - due) * 1000)

    task = asyncio.create_task(probe())
    try:
        yield stalls
    finally:
        task.cancel()
