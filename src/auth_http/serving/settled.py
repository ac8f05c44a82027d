"""What is there when serving begins stays, and need not be looked through for garbage."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = 10_000
"""How many objects there must be more of than when the collector looked last, before it looks again."""


@contextmanager
def settled_as_it_comes() -> Generator[None]:
    """Collect nothing while the block imports, and take what it has made out of the collector's sight.

    What is imported is two hundred thousand objects of which next to none is garbage. The collector would look through
    them again and again while they become more: a sixth of the time a process takes to start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Collect once what has come since, take what is left out of the collector's sight, and collect seldom from now on.

    Modules, routes, statements and their kin are some hundred thousand objects. A full collection looks at each of
    them, for a tenth of a second in which nothing else runs, and it comes when there is much to do. Requests leave
    next to nothing for it: what they make goes with them. As often as it comes by default, it stops everybody for
    milliseconds whenever many are in the middle of a request, and finds next to nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
