"""A few threads for slow hashing, and a line in front of them that is never long.

A hash is the one expensive thing that anybody can make us do. So it runs on threads of its own, at the lowest priority,
and whoever would have to wait too long is turned away before anything has been done for them.

A source that holds places already needs as many free ones to get another: alone it fills half of the line, two fill two
thirds, and whoever has none gets one as long as there is any.
"""

import asyncio
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_adapters.usable_cores import usable_cores
from auth_core.credentials.passwords.errors import Busy

_WEIGHT_OF_LAST: Final = 0.1
"""How much the last hash counts in the moving average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashingPolicy:
    """How much hashing may go on, and how refusals are made.

    `threads` None means one per usable core. `niceness` is given to each thread on Linux: 19 yields to everything else,
    0 leaves it as it is, and beside loud neighbours something between may be best. `deadline` is the longest anybody
    is let wait. A refusal is told after `refusal_delay`, so that clients who ignore `retry_after` cannot spin, but no
    more than `delayed_refusals` are kept waiting at a time.
    """

    threads: int | None = None
    niceness: int = 19
    deadline: timedelta = timedelta(seconds=2)
    refusal_delay: timedelta = timedelta(seconds=1)
    delayed_refusals: int = 256

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise ValueError("threads must be at least 1")
        if not 0 <= self.niceness <= 19:
            raise ValueError("niceness must lie between 0 and 19")
        if not timedelta(0) < self.deadline <= timedelta(minutes=1):
            raise ValueError("deadline must be more than nothing and at most a minute")
        if self.refusal_delay < timedelta(0) or self.delayed_refusals < 0:
            raise ValueError("refusal_delay and delayed_refusals must not be negative")


class HashingPool:
    """Admits as many as can be served in time, by what a hash has taken lately."""

    def __init__(
        self,
        policy: HashingPolicy,
        *,
        first_guess: timedelta,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Make the pool; its threads start with the first hashes. `first_guess` is how long one may take."""
        self.threads = policy.threads or usable_cores()
        self._policy = policy
        self._sleep = sleep
        self._timer = timer
        self._average = first_guess.total_seconds()
        self._in_flight = 0
        self._held_by = Counter[str]()
        self._delayed = 0
        self._refused = 0
        self._closed = False
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(
            self.threads, thread_name_prefix="hashing", initializer=_be_nice, initargs=(policy.niceness,)
        )

    @property
    def in_flight(self) -> int:
        """How many places are taken, waiting or being worked for."""
        return self._in_flight

    @property
    def average(self) -> timedelta:
        """What a hash has taken lately."""
        return timedelta(seconds=self._average)

    @property
    def refused(self) -> int:
        """How many were turned away since the pool was made."""
        return self._refused

    @asynccontextmanager
    async def place(self, source: str | None = None) -> AsyncGenerator["Place"]:
        """Take a place in line and keep it for the length of the block. Raises: Busy on entry.

        Places of one `source` are counted together; None is nobody in particular, and is not counted.
        """
        if not self._admit(source):
            await self._refuse()
        place = Place(self, source)
        try:
            yield place
        finally:
            place.leave()

    def close(self) -> None:
        """Admit nobody any more; what is already being hashed or waits in line is finished."""
        self._closed = True
        self._executor.shutdown(wait=False)

    def submit[Result](self, work: Callable[[], Result]) -> Future[Result]:
        """Have one of the threads do `work`. Raises: Busy when the pool is closed."""
        try:
            return self._executor.submit(self._timed, work)
        except RuntimeError:
            raise Busy(Busy.SHORTLY) from None

    def release(self, source: str | None) -> None:
        """Give a place back."""
        with self._lock:
            self._in_flight -= 1
            if source is not None:
                self._held_by[source] -= 1
                if not self._held_by[source]:
                    del self._held_by[source]

    def _admit(self, source: str | None) -> bool:
        with self._lock:
            held = self._held_by[source] if source is not None else 0
            if self._closed or self._wait(self._in_flight + held) > self._policy.deadline.total_seconds():
                return False
            self._in_flight += 1
            if source is not None:
                self._held_by[source] += 1
            return True

    def _wait(self, places: int) -> float:
        """Seconds until so many will have been served."""
        return places * self._average / self.threads

    async def _refuse(self) -> None:
        self._refused += 1
        retry_after = max(Busy.SHORTLY, timedelta(seconds=self._wait(self._in_flight)))
        if not self._closed and self._delayed < self._policy.delayed_refusals:
            self._delayed += 1
            try:
                await self._sleep(self._policy.refusal_delay.total_seconds())
            finally:
                self._delayed -= 1
        raise Busy(retry_after)

    def _timed[Result](self, work: Callable[[], Result]) -> Result:
        started = self._timer()
        try:
            return work()
        finally:
            taken = self._timer() - started
            with self._lock:
                self._average += (taken - self._average) * _WEIGHT_OF_LAST


class Place:
    """A place in line. It is free again when its holder has left and no thread works for them any more."""

    def __init__(self, pool: HashingPool, source: str | None) -> None:
        self._pool = pool
        self._source = source
        self._lock = threading.Lock()
        self._held_by = 1
        self._left = False

    async def run[Result](self, work: Callable[[], Result]) -> Result:
        """Have a thread do `work`; a cancellation gives it up if it has not begun. Raises: Busy, RuntimeError."""
        with self._lock:
            if self._left:
                raise RuntimeError("this turn is over")
            self._held_by += 1
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._let_go()
            raise
        # A cancelled request must not free its place while a thread still works for it: the line would seem shorter
        # than it is, to whoever connects and hangs up.
        future.add_done_callback(lambda _: self._let_go())
        return await asyncio.wrap_future(future)

    def leave(self) -> None:
        """Leave the line."""
        with self._lock:
            if self._left:
                return
            self._left = True
        self._let_go()

    def _let_go(self) -> None:
        with self._lock:
            self._held_by -= 1
            free = self._held_by == 0
        if free:
            self._pool.release(self._source)


def _be_nice(niceness: int) -> None:
    """Lower the priority of this thread. Only Linux gives a thread a niceness of its own, and any may raise it."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            if os.getpriority(os.PRIO_PROCESS, thread) < niceness:
                os.setpriority(os.PRIO_PROCESS, thread, niceness)
