"""Waiting for another process, for a bounded time."""

import time
from collections.abc import Iterator
from typing import Final

_PAUSE: Final = 0.02


def tries(seconds: float) -> Iterator[None]:
    """Yield at once and then every now and again until `seconds` have passed."""
    deadline = time.monotonic() + seconds
    yield
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        yield
