"""A stroke hides how long the work took that it ends."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import uvloop

from auth_adapters.even_time import Strokes
from bench.apart import auc
from bench.pairs import Way, in_pairs


@pytest.mark.covers("R-T3")
@pytest.mark.parametrize("make_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_when_a_block_ends_does_not_tell_how_long_the_work_took(
    make_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    strokes = Strokes(timedelta(milliseconds=5))

    def working(seconds: float) -> Way:
        async def work() -> None:
            async with strokes():
                end = time.perf_counter() + seconds
                while time.perf_counter() < end:
                    pass

        return work

    # An event loop waits for whole milliseconds: rounded, these would be half of one apart.
    with asyncio.Runner(loop_factory=make_loop) as runner:
        found = auc(*runner.run(in_pairs(working(0.0002), working(0.0008), pairs=80)))

    assert 0.25 < found < 0.75
