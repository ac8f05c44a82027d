"""On what it was measured: without this a figure says nothing."""

import asyncio
import os
import platform
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn


def description() -> dict[str, object]:
    """Return what matters for speed, and no name of a machine."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop the service runs in."""
    return uvicorn.Config(lambda: None).get_loop_factory()


@contextmanager
def two_cores() -> Generator[int | None]:
    """Keep this process, and whatever it starts, on one core, and name another; None where there is but one."""
    before = os.sched_getaffinity(0)
    if len(before) == 1:
        yield None
        return
    first, *_, last = sorted(before)
    os.sched_setaffinity(0, {last})
    try:
        yield first
    finally:
        os.sched_setaffinity(0, before)
