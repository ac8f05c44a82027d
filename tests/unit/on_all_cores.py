"""Runs the unit tests on all cores: forked processes take file after file, and collect and run each.

pytest-xdist, which is asked with `-n` as ever, collects everything anew in every worker and sends seven messages for
each test: together that costs more than most of these tests do. `-n 0` runs them in one process, one after another.
"""

import faulthandler
import gc
import multiprocessing
import os
import sys
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

FEWEST: Final = 40
"""Fewer files are done before they are shared out."""
HERE: Final = Path(__file__).parent
ASKS_FOR_ONE_PROCESS: Final = (
    *("collectonly", "usepdb", "trace", "setupshow", "setuponly", "setupplan"),
    *("lf", "failedfirst", "newfirst", "deselect", "ignore", "ignore_glob"),
)
NOT_IN_A_WORKER: Final = ("terminalreporter", "terminalprogress-plugin", "faulthandler")
LONGEST_NAME: Final = 4096

POSTPONED: Final = pytest.StashKey[list["Postponed"]]()

type Recorded = tuple[warnings.WarningMessage, str, str, tuple[str, int, str] | None]


@dataclass(slots=True)
class Told:
    """What a process has to tell since it last told anything."""

    files: int = 0
    collected: int = 0
    deselected: int = 0
    reports: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[Recorded] = field(default_factory=list)


def pytest_collection(session: pytest.Session) -> bool | None:
    """Leave the collecting to those who run the tests, or to pytest, which then runs them too."""
    if not shares_out(session):
        return None
    session.stash[POSTPONED] = []
    session.perform_collect()
    return True


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    files = parent.session.stash.get(POSTPONED, None)
    if files is None:
        return None
    files.append(Postponed.from_parent(parent, path=module_path))
    return files[-1]


class Postponed(pytest.Module):
    """A file of tests that is only opened where they run."""

    postponed = True

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        return () if self.postponed else super().collect()


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Share the files out, or leave them to whoever else runs tests."""
    files = session.stash.get(POSTPONED, None)
    if files is None or session.testsfailed:
        return None
    files.sort(
        key=lambda file: file.path.stat().st_size, reverse=True
    )  # so that at the end there is little to wait for
    files_told = tests_told = 0
    with started(session, files) as workers:
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
                    files_told += told.files
                    tests_told += told.collected
                    # Estimated, and exact in the end.
                    session.testscollected = tests_told * len(files) // max(files_told, 1)
                    relay(session, told)
    return True


def shares_out(session: pytest.Session) -> bool:
    option, files = session.config.option, files_of(session)
    return not (
        sys.platform != "linux"  # elsewhere a fork is no safe thing
        or hasattr(session.config, "workerinput")
        or getattr(option, "numprocesses", None) is not None
        or any(getattr(option, name, False) for name in ASKS_FOR_ONE_PROCESS)
        or option.capture == "no"
        or len(files) < FEWEST
        or not all(file.is_relative_to(HERE) for file in files)
        or processes_available() < 2
    )


def processes_available() -> int:
    return len(os.sched_getaffinity(0))


def files_of(session: pytest.Session) -> frozenset[Path]:
    """The files that were asked for; none if something else was asked for."""
    files: set[Path] = set()
    for argument in session.config.args:
        path = session.config.invocation_params.dir / argument
        if not path.exists():
            return frozenset()
        files.update(path.rglob("test_*.py") if path.is_dir() else [path])
    return frozenset(files)


# ---- The processes


class Worker:
    """A process that collects and runs one file after another, and tells of each when it is done with it."""

    def __init__(self, session: pytest.Session, files: Sequence[Postponed], to_do: "SimpleQueue[int | None]") -> None:
        context = multiprocessing.get_context("fork")
        self._session = session
        self._files = files
        self._to_do = to_do
        self._at = context.RawArray("c", LONGEST_NAME)
        self._told = Told()
        self.ear, mouth = context.Pipe(duplex=False)
        self.process = context.Process(target=self._run, args=(mouth,), daemon=True)
        self.process.start()
        mouth.close()  # once the process ends, nobody has it open

    @property
    def at(self) -> str:
        """The file or test it was last seen at."""
        name: bytes = self._at.value
        return name.decode()

    def _is_at(self, name: str) -> None:
        self._at.value = name.encode()[: LONGEST_NAME - 1]

    def _run(self, mouth: "Connection[Told, Any]") -> None:
        config = self._session.config
        for name in NOT_IN_A_WORKER:
            if config.pluginmanager.hasplugin(name):
                config.pluginmanager.unregister(name=name)
        complaints, is_next_file = capture_apart(config), True
        config.pluginmanager.register(self)
        try:
            for item, following in pairwise(chain(self._collected(), [None])):
                assert item is not None
                if is_next_file:
                    watch(config, complaints)
                self._is_at(item.nodeid)
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                is_next_file = following is None or following.path != item.path
                if is_next_file:
                    mouth.send(self._told)
                    self._told = Told()
            mouth.send(self._told)  # what the files told of that held no test
        except KeyboardInterrupt:
            os._exit(pytest.ExitCode.INTERRUPTED)  # the one who started it was interrupted too, and says so

    def _collected(self) -> Iterator[pytest.Item]:
        while (index := self._to_do.get()) is not None:
            file = self._files[index]
            file.postponed = False
            self._is_at(file.nodeid)
            items = list(self._session.genitems(file))
            self._session.config.hook.pytest_collection_modifyitems(
                session=self._session, config=self._session.config, items=items
            )
            self._told.files += 1
            self._told.collected += len(items)
            yield from items

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._report(report)

    @pytest.hookimpl
    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._told.deselected += len(items)

    @pytest.hookimpl
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
        if nextitem is None:
            gc.collect()  # what nobody closed complains now, or never

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._report(report)

    def _report(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        config = self._session.config
        self._told.reports.append(config.hook.pytest_report_to_serializable(config=config, report=report))

    @pytest.hookimpl
    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        warning_message.source = None  # an object that may not travel
        self._told.warnings.append((warning_message, when, nodeid, location))


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
def started(session: pytest.Session, files: Sequence[Postponed]) -> Generator[Sequence[Worker]]:
    processes = processes_available()
    to_do = multiprocessing.get_context("fork").SimpleQueue()
    for index in range(len(files)):
        to_do.put(index)
    for _ in range(processes):
        to_do.put(None)

    gc.freeze()  # what all of them share stays to the end, and nobody need look at it again
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
    for warning_message, when, nodeid, location in told.warnings:
        hook.pytest_warning_recorded.call_historic(
            kwargs={"warning_message": warning_message, "when": when, "nodeid": nodeid, "location": location}
        )
    if told.deselected:
        hook.pytest_deselected(items=[SimpleNamespace()] * told.deselected)  # they are only counted
    reports = (hook.pytest_report_from_serializable(config=config, data=data) for data in told.reports)
    for nodeid, of_one in groupby(reports, key=lambda report: report.nodeid):
        first, *others = of_one
        if isinstance(first, pytest.CollectReport):
            hook.pytest_collectreport(report=first)
        else:
            tell(session, nodeid, [first, *others])


def tell_death(session: pytest.Session, worker: Worker) -> None:
    """Fail what a process died at, and end the run. What it has not told yet is lost."""
    name, how = worker.at, f"The process that was at this has died of it (exit code {worker.process.exitcode})."
    session.shouldfail = "a process that ran tests has died"
    place = (name.partition("::")[0], None, name)
    tell(session, name, [pytest.TestReport(name, place, {}, "failed", how, "call")])


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
