"""Work that, once begun, is better finished than broken off."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


async def to_the_end[T](work: Coroutine[Any, Any, T]) -> T:
    """Await `work`; whoever cancels waits until it is done.

    For what commits: breaking it off would send the server a request to cancel, and a server that waits for its standby
    answers that by calling the commit done. The work has a deadline of its own.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # Whoever cancelled does not want to hear of it, and the loop need not complain.
        raise
