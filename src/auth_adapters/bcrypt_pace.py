"""How fast bcrypt is here: to spend as long as it would have taken."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

_FIRST_GUESS: Final = 60e-6
_WEIGHT_OF_LAST: Final = 0.1
_SHORTEST: Final = 64
"""Rounds. What is shorter says more of the clock than of bcrypt."""


@dataclass(slots=True)
class Elapsed:
    """What a block took, once it is over."""

    seconds: float = 0.0


class BcryptPace:
    """Learns from every hash what one of its 2 ** cost rounds takes."""

    def __init__(self) -> None:
        self._round = _FIRST_GUESS
        self._lock = threading.Lock()

    @contextmanager
    def stopwatch(self, *, cost: int | None = None) -> Generator[Elapsed]:
        """Time the block; with `cost` it is bcrypt at that cost, and learnt from."""
        elapsed = Elapsed()
        started = time.perf_counter()
        yield elapsed
        elapsed.seconds = time.perf_counter() - started
        if cost is not None and (rounds := 1 << cost) >= _SHORTEST:
            with self._lock:
                self._round += (elapsed.seconds / rounds - self._round) * _WEIGHT_OF_LAST

    def worth(self, seconds: float, *, of: int, cheapest: int) -> Iterator[int]:
        """Yield the costs to spend so that, after `seconds`, as much time has gone by as cost `of` takes, about."""
        missing = (1 << of) - seconds / self._round
        for cost in range(of, cheapest - 1, -1):
            if missing >= 1 << cost:
                missing -= 1 << cost
                yield cost
