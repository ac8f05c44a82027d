"""How long the event loop lets things wait, measured from within."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_STEP = 0.001


@dataclass(slots=True)
class Stalls:
    """How late each step of the probe was, and how long the thread of the loop worked meanwhile, in milliseconds.

    A loop is late when it works for long, and also when the machine lets its thread wait for a core or for the lock of
    the interpreter. The first is a matter of how the service is made; on a busy machine the second is larger.
    """

    late: list[float] = field(default_factory=list[float])
    worked: list[float] = field(default_factory=list[float])

    def summary(self) -> dict[str, dict[str, float]]:
        """Return the tail and the worst of both."""
        return {"late": _tail(self.late), "worked": _tail(self.worked)}


@asynccontextmanager
async def watching() -> AsyncGenerator[Stalls]:
    """Ask the loop for a turn every millisecond while the block runs, and note by how much each comes late."""
    stalls = Stalls()

    async def probe() -> None:
        while True:
            due = time.perf_counter() + _STEP
            working = time.thread_time()
            await asyncio.sleep(_STEP)
            stalls.late.append((time.perf_counter() - due) * 1000)
            stalls.worked.append((time.thread_time() - working) * 1000)

    task = asyncio.create_task(probe())
    try:
        yield stalls
    finally:
        task.cancel()


def _tail(milliseconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p99": round(ordered[int(len(ordered) * 0.99)], 2),
        "p99.9": round(ordered[int(len(ordered) * 0.999)], 2),
        "worst": round(ordered[-1], 2),
    }
