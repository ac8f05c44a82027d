"""Background jobs: they go on, whatever happens in them, and end when they should."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from auth_adapters.memory import FOR_TESTS, auth_in_memory
from auth_core.testing import MovableClock
from auth_http.metrics.jobs import JobRecords
from auth_http.worker import Job, in_background, jobs_of


class Sleeper:
    """Sleeps until it is told that the time has come, and remembers for how long it should have been."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._turn = asyncio.Semaphore(0)
        self._asleep = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._asleep.set()
        await self._turn.acquire()

    async def pass_on(self) -> None:
        """Let one period pass and what is due in it be done."""
        async with asyncio.timeout(5):
            await self._asleep.wait()
            self._asleep.clear()
            self._turn.release()
            await self._asleep.wait()


def counting(done: list[int], *, failing: bool = False) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        done.append(len(done))
        if failing:
            raise ValueError("not this time")

    return do


async def test_a_job_is_done_after_each_of_its_periods_or_a_little_sooner() -> None:
    sleeper, done = Sleeper(), list[int]()

    async with in_background(
        [Job(name="tidy", every=timedelta(seconds=100), do=counting(done))],
        records=JobRecords(MovableClock()),
        sleep=sleeper,
    ):
        for _ in range(20):
            await sleeper.pass_on()

    assert done == list(range(20))
    assert all(80 <= seconds <= 100 for seconds in sleeper.asked)
    assert len(set(sleeper.asked)) > 10


@pytest.mark.covers("PRC-08")
async def test_a_failure_is_logged_and_the_job_goes_on() -> None:
    sleeper, done = Sleeper(), list[int]()
    failing = Job(name="tidy", every=timedelta(seconds=1), do=counting(done, failing=True))

    with capture_logs() as lines:
        async with in_background([failing], records=JobRecords(MovableClock()), sleep=sleeper):
            await sleeper.pass_on()
            await sleeper.pass_on()

    assert done == [0, 1]
    assert [(line["event"], line["job"], line["log_level"]) for line in lines] == [("job_failed", "tidy", "error")] * 2


async def test_jobs_end_with_the_block_also_in_the_midst_of_their_work() -> None:
    begun, ended = asyncio.Event(), list[str]()

    async def long_work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async with in_background(
        [Job(name="long", every=timedelta(0), do=long_work), Job(name="idle", every=timedelta(days=1), do=long_work)],
        records=JobRecords(MovableClock()),
    ):
        await begun.wait()

    assert ended == ["cancelled"]


async def test_the_jobs_of_the_service_can_be_done() -> None:
    jobs = jobs_of(await auth_in_memory(), FOR_TESTS)

    for job in jobs:
        await job.do()

    assert {job.name for job in jobs} == {
        "load_keys", "find_signing_key", "rotate_keys", "seal_audit", "purge", "remove_old_events",
        "erase_deleted_users",
    }  # fmt: skip
    assert all(job.every > timedelta(0) for job in jobs)


async def test_each_sealing_of_the_trail_logs_its_head_so_that_it_is_known_elsewhere() -> None:
    auth = await auth_in_memory()
    [job] = [job for job in jobs_of(auth, FOR_TESTS) if job.name == "seal_audit"]

    with capture_logs() as lines:
        await job.do()
        await job.do()

    head = await auth.audit.read_head()
    assert head is not None
    assert [(line["event"], line["batch"], line["head"]) for line in lines] == [("audit_sealed", 1, head.head.hex())]
