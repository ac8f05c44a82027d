"""Two things done in pairs, in an order thrown for each pair, and how long each took."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from random import Random

type Way = Callable[[], Awaitable[object]]
type Clock = Callable[[], float]


async def in_pairs(
    one: Way, other: Way, *, pairs: int, warm_up: int = 10, seed: int = 0, clock: Clock = time.perf_counter
) -> tuple[list[float], list[float]]:
    """Return the seconds of both, pair by pair; the first pairs are done and not counted."""
    dice = Random(seed)
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for number in range(-warm_up, pairs):
            order = (0, 1) if dice.random() < 0.5 else (1, 0)
            for which in order:
                await asyncio.sleep(0)  # Whoever else there is has their turn while nobody measures.
                way = (one, other)[which]
                begun = clock()
                await way()
                seconds = clock() - begun
                if number >= 0:
                    times[which].append(seconds)
    finally:
        gc.enable()
    return times
