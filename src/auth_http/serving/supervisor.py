"""Keeps several processes serving on one socket."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import structlog

from auth_http.exit_codes import CannotRun, ExitCode

_LOOK: Final = 0.1
_MOST_FAILURES: Final = 5
"""Processes in a row that end before they serve. One more would be no use, and nobody would notice."""


@dataclass(slots=True)
class Worker:
    """A process that serves, or is about to. Whoever replaces it gets its number."""

    number: int
    process: subprocess.Popen[bytes]
    line: socket.socket
    """Leads to it. The worker ends when nobody holds our end any more, however we come to leave it."""
    serves: bool = False

    def look(self) -> int | None:
        """Learn whether it serves; return how it ended, or None while it lives."""
        if not self.serves:
            with suppress(OSError):  # it has said nothing yet, or it is gone
                self.serves = bool(self.line.recv(1))
        return self.process.poll()

    def say_that_all_stop(self) -> None:
        """Make it one of the last, who leave no connection behind."""
        with suppress(OSError):
            self.line.send(b".")


@dataclass(kw_only=True)
class Supervisor:
    """Starts `count` workers, replaces those that die, passes signals on, and ends when the last has ended.

    A worker that cannot even start ends everything: to start it again and again would look like a service that runs.
    """

    listener: socket.socket
    count: int
    environ: Mapping[str, str]
    seconds_to_stop: float
    on_started: Callable[[], None]
    _workers: list[Worker] = field(default_factory=list[Worker], init=False)
    _signals: list[int] = field(default_factory=list[int], init=False)
    _stopping_since: float | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _announced: bool = field(default=False, init=False)

    def run(self) -> None:
        """Supervise until a signal has ended it. Raises: CannotRun."""
        failed: CannotRun | None = None
        with _signals_into(self._signals):
            try:
                self._workers = [self._start(number) for number in range(self.count)]
                while self._workers:
                    self._pass_signals_on()
                    try:
                        self._look_after()
                    except CannotRun as error:
                        failed = failed or error
                        self._signals.append(signal.SIGINT)
                    self._end_the_patience()
                    time.sleep(_LOOK)
            finally:
                for worker in self._workers:  # should this be a failure of ours, it tells them to stop
                    worker.line.close()
        if failed is not None:
            raise failed

    def _start(self, number: int) -> Worker:
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        files = (self.listener.fileno(), theirs.fileno())
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "auth_http.serving.worker_process", *map(str, (*files, number))],
                stdin=subprocess.DEVNULL,
                pass_fds=files,
                env=dict(self.environ),
                process_group=0,  # Ctrl-C is for the supervisor, who passes it on once
            )
        return Worker(number, process, ours)

    def _look_after(self) -> None:
        for worker in list(self._workers):
            code = worker.look()
            if code is None:
                continue
            worker.line.close()
            self._workers.remove(worker)
            if self._stopping_since is None:
                self._replace(worker, code)
        if not self._announced and self._workers and all(worker.serves for worker in self._workers):
            self._announced = True
            self.on_started()

    def _replace(self, worker: Worker, code: int) -> None:
        self._failures = 0 if worker.serves else self._failures + 1
        if not self._announced or self._failures > _MOST_FAILURES:
            raise CannotRun(
                "A process that should serve could not start; what it said stands above.",
                ExitCode(code) if code in list(ExitCode) and code else ExitCode.BROKEN,
            )
        structlog.get_logger("auth_http.supervisor").error("worker_died", pid=worker.process.pid, exit_code=code)
        time.sleep(min(self._failures, _MOST_FAILURES) * _LOOK * 5)
        self._workers.append(self._start(worker.number))

    def _pass_signals_on(self) -> None:
        while self._signals:
            number = self._signals.pop(0)
            if self._stopping_since is None:
                self._stopping_since = time.monotonic()
                self.listener.close()  # else it would go on taking connections that nobody accepts
                for worker in self._workers:
                    worker.say_that_all_stop()
            for worker in self._workers:
                worker.process.send_signal(number)

    def _end_the_patience(self) -> None:
        since = self._stopping_since
        if since is not None and time.monotonic() > since + self.seconds_to_stop:
            for worker in self._workers:
                worker.process.kill()


@contextmanager
def _signals_into(received: list[int]) -> Generator[None]:
    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
