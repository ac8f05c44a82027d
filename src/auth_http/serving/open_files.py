"""How many files the system lets this process have open: a connection is one of them."""

import sys
from typing import Final

import structlog

_FOR_THE_REST: Final = 128
"""Files that are no connections of clients: the database's, logs, the loop's own."""


def as_many_as_files_allow(wanted: int) -> int:
    """Raise the process's own limit as far as it is needed and allowed; return how many connections there may be."""
    if sys.platform == "win32":
        return wanted
    import resource  # noqa: PLC0415 - only there

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _FOR_THE_REST
    if resource.RLIM_INFINITY in (soft, needed) or soft >= needed:
        return wanted
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except (OSError, ValueError):  # not ours to raise
        raised = soft
    if raised >= needed:
        return wanted
    possible = max(1, raised - _FOR_THE_REST, raised // 2)
    structlog.get_logger("auth_http").warning("few_open_files", limit=raised, connections=possible, wanted=wanted)
    return possible
