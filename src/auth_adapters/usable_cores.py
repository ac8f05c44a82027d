"""How much of the machine this process may use."""

import os
from pathlib import Path
from typing import Final

_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> int:
    """Return how many cores this process can keep busy, at least 1: its affinity, or less where a container says so.

    More busy threads than the quota of a container allows would have the whole process stopped again and again.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _whole_cores(quota) or cores))


def _whole_cores(quota: Path) -> int | None:
    """Read `quota period` in microseconds of a control group (version 2); None when there is no limit."""
    try:
        allowed, period = quota.read_text("ascii").split()
        return max(1, int(allowed) // int(period))
    except (OSError, ValueError, ZeroDivisionError):  # no control groups here, or "max": no limit
        return None
