"""On what it was measured: without this a figure says nothing."""

import asyncio
import os
import platform
from collections.abc import Callable

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
