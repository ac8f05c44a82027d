"""On what it was measured: without this a figure says nothing."""

import os
import platform


def description() -> dict[str, object]:
    """Return what matters for speed, and no name of a machine."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
