"""Leaves alone for a while whoever has failed several times in a row."""

import time
from collections.abc import Callable
from datetime import timedelta


class Circuit:
    """Says whether to ask. After `most` failures in a row: once in every `rest`, until one succeeds."""

    def __init__(
        self,
        *,
        most: int = 5,
        rest: timedelta = timedelta(seconds=30),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._rest = rest.total_seconds()
        self._timer = timer
        self._failures = 0
        self._ask_again = 0.0

    def admits(self) -> bool:
        """Say whether to ask now. Whoever is admitted tells how it went; who is cancelled need not."""
        if self._failures < self._most:
            return True
        now = self._timer()
        if now < self._ask_again:
            return False
        self._ask_again = now + self._rest
        return True

    def succeeded(self) -> None:
        """Note that there was an answer."""
        self._failures = 0

    def failed(self) -> None:
        """Note that there was none."""
        self._failures += 1
        self._ask_again = self._timer() + self._rest
