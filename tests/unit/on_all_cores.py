"""Runs the unit tests on all cores: collected once, then shared by forked processes that take file after file.

pytest-xdist, which is asked with `-n` as ever, collects anew in every worker and sends seven messages for each test:
together that costs more than most of these tests do. `-n 0` runs them in one process, one after another.
"""

import faulthandler
import gc
import multiprocessing
import os
import sys
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby, pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any, Final

import pytest

FEWEST: Final = 400
"""Fewer tests are done before they are shared out."""
HERE: Final = Path(__file__).parent
ASKS_FOR_ONE_PROCESS: Final = ("collectonly", "usepdb", "trace", "setupshow", "setuponly", "setupplan")
NOT_IN_A_WORKER: Final = ("terminalreporter", "terminalprogress-plugin", "faulthandler")

type File = Sequence[pytest.Item]
type Recorded = tuple[warnings.WarningMessage, str, str, tuple[str, int, str] | None]
type Told = tuple[list[dict[str, Any]], list[Recorded]]


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Share the tests out, or leave them to whoever else runs tests."""
    processes = processes_for(session)
    if processes < 2:
        return None
    with started(session, processes) as workers:
        listening: dict[object, Worker] = {worker.ear: worker for worker in workers}
        while listening:
            for ear in wait([worker.ear for worker in listening.values()]):
                worker = listening[ear]
                try:
                    told = worker.ear.recv()
                except EOFError:
                    del listening[ear]
                    worker.process.join()
                    if worker.process.exitcode:
                        tell_death(session, worker)
                else:
                    relay(session, told)
    return True


def processes_for(session: pytest.Session) -> int:
    option = session.config.option
    if (
        sys.platform != "linux"  # elsewhere a fork is no safe thing
        or hasattr(session.config, "workerinput")
        or getattr(option, "numprocesses", None) is not None
        or any(getattr(option, name, False) for name in ASKS_FOR_ONE_PROCESS)
        or option.capture == "no"
        or (session.testsfailed and not option.continue_on_collection_errors)
        or len(session.items) < FEWEST
        or not all(item.path.is_relative_to(HERE) for item in session.items)
    ):
        return 1
    return processes_available()


def processes_available() -> int:
    return len(os.sched_getaffinity(0))


def files_of(session: pytest.Session) -> list[File]:
    """The tests file by file, those with the most first, so that at the end there is little to wait for."""
    files = [tuple(items) for _, items in groupby(session.items, key=lambda item: item.path)]
    return sorted(files, key=len, reverse=True)


# ---- The processes


class Worker:
    """A process that runs the tests of one file after another, and tells of each file when it is done with it."""

    def __init__(self, session: pytest.Session, files: Sequence[File], to_do: "SimpleQueue[int | None]") -> None:
        context = multiprocessing.get_context("fork")
        self._session = session
        self._files = files
        self._to_do = to_do
        self._position = {item: index for index, item in enumerate(session.items)}
        self._at = context.RawValue("i", -1)
        self._told: Told = ([], [])
        self.ear, mouth = context.Pipe(duplex=False)
        self.process = context.Process(target=self._run, args=(mouth,), daemon=True)
        self.process.start()
        mouth.close()  # once the process ends, nobody has it open

    @property
    def at(self) -> pytest.Item:
        """The test it was last seen at."""
        position: int = self._at.value
        return self._session.items[position]

    def _run(self, mouth: "Connection[Told, Any]") -> None:
        config = self._session.config
        for name in NOT_IN_A_WORKER:
            if config.pluginmanager.hasplugin(name):
                config.pluginmanager.unregister(name=name)
        complaints, is_next_file = capture_apart(config), True
        config.pluginmanager.register(self)
        try:
            for item, following in pairwise(chain(self._taken(), [None])):
                assert item is not None
                if is_next_file:
                    watch(config, complaints)
                self._at.value = self._position[item]
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                is_next_file = following is None or following.path != item.path
                if is_next_file:
                    mouth.send(self._told)
                    self._told = ([], [])
        except KeyboardInterrupt:
            os._exit(pytest.ExitCode.INTERRUPTED)  # the one who started it was interrupted too, and says so

    def _taken(self) -> Iterator[pytest.Item]:
        while (index := self._to_do.get()) is not None:
            yield from self._files[index]

    @pytest.hookimpl
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
        if nextitem is None:
            gc.collect()  # what nobody closed complains now, or never

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._session.config
        self._told[0].append(config.hook.pytest_report_to_serializable(config=config, report=report))

    @pytest.hookimpl
    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        warning_message.source = None  # an object that may not travel
        self._told[1].append((warning_message, when, nodeid, location))


def watch(config: pytest.Config, complaints: int) -> None:
    """Say where, and end the process, when the next file hangs. To watch each test by itself costs a thread each."""
    if seconds := float(config.getini("faulthandler_timeout") or 0):
        ends = config.getini("faulthandler_exit_on_timeout")
        faulthandler.dump_traceback_later(seconds, exit=ends, file=complaints)


def capture_apart(config: pytest.Config) -> int:
    """Capture what is printed in files of one's own: those that were open before the fork are everybody's.

    Returns a file descriptor of what is not captured.
    """
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    uncaptured = os.dup(2)
    capture.start_global_capturing()
    capture.suspend_global_capture()
    return uncaptured


@contextmanager
def started(session: pytest.Session, processes: int) -> Generator[Sequence[Worker]]:
    files = files_of(session)
    to_do = multiprocessing.get_context("fork").SimpleQueue()
    for index in range(len(files)):
        to_do.put(index)
    for _ in range(processes):
        to_do.put(None)

    workers: list[Worker] = []
    try:
        workers.extend(Worker(session, files, to_do) for _ in range(processes))
        yield workers
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()


# ---- What they tell


def relay(session: pytest.Session, told: Told) -> None:
    """Tell everybody in this process what has happened in another. Raises: what ends the run."""
    config, hook = session.config, session.config.hook
    for warning_message, when, nodeid, location in told[1]:
        hook.pytest_warning_recorded.call_historic(
            kwargs={"warning_message": warning_message, "when": when, "nodeid": nodeid, "location": location}
        )
    reports = (hook.pytest_report_from_serializable(config=config, data=data) for data in told[0])
    for nodeid, of_test in groupby(reports, key=lambda report: report.nodeid):
        first, *others = of_test
        tell(session, nodeid, [first, *others])


def tell_death(session: pytest.Session, worker: Worker) -> None:
    """Fail the test that a process died at, and end the run. What it has not told yet is lost."""
    item, how = worker.at, f"The process that ran this test has died of it (exit code {worker.process.exitcode})."
    session.shouldfail = "a process that ran tests has died"
    tell(session, item.nodeid, [pytest.TestReport(item.nodeid, item.location, {}, "failed", how, "call")])


def tell(session: pytest.Session, nodeid: str, reports: Sequence[pytest.TestReport]) -> None:
    hook, location = session.config.hook, reports[0].location
    hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
