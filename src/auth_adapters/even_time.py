"""Even time by waiting for the next stroke of a clock that begins with the work."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

DEFAULT_STROKE: Final = timedelta(milliseconds=100)
# Timers of event loops know whole milliseconds and round what is left, by up to two of them: by how much would tell how
# long the work took. So the last of it passes turn by turn, and between any two turns everybody else has theirs.
_BY_TURNS: Final = 0.0025


class Strokes:
    """Ends a block at a whole number of strokes after its beginning: at one, unless the machine has too much to do.

    What takes longer than a stroke ends at the next, so that even then all that is seen is how many.
    """

    def __init__(self, stroke: timedelta = DEFAULT_STROKE) -> None:
        """Raises: ValueError for a stroke of no length."""
        if stroke <= timedelta(0):
            raise ValueError("a stroke takes some time")
        self._stroke = stroke.total_seconds()

    @asynccontextmanager
    async def __call__(self, *, only: type[Exception] | None = None) -> AsyncGenerator[None]:
        begun = time.perf_counter()
        try:
            yield
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if only is None or isinstance(error, only):
                await self._until_stroke(begun)
            raise
        if only is None:
            await self._until_stroke(begun)

    async def _until_stroke(self, begun: float) -> None:
        now = time.perf_counter()
        stroke = begun + (math.floor((now - begun) / self._stroke) + 1) * self._stroke
        await asyncio.sleep(stroke - _BY_TURNS - now)
        while time.perf_counter() < stroke:  # noqa: ASYNC110 - a stroke is no event: timers are too coarse for it
            await asyncio.sleep(0)
