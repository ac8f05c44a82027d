"""The line in front of the hashing threads is never long, and nobody loses a place or keeps two."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.usable_cores import usable_cores
from auth_core.credentials.passwords.errors import Busy

SECOND = timedelta(seconds=1)


class Gate:
    """Slow work that lasts until the test opens the gate."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.done = 0

    def work(self) -> None:
        self.entered.release()
        assert self._opened.wait(20)
        self.done += 1

    def open(self) -> None:
        self._opened.set()


class Naps:
    """Sleeps until it is told to wake up, and remembers how long it was to be."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._morning = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._morning.wait()

    def wake(self) -> None:
        self._morning.set()


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def pool_of(
    threads: int = 2,
    *,
    deadline: float = 2,
    hash_takes: float = 1,
    niceness: int = 0,
    delayed_refusals: int = 0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    timer: Callable[[], float] = lambda: 0.0,
) -> HashingPool:
    policy = HashingPolicy(
        threads=threads,
        niceness=niceness,
        deadline=timedelta(seconds=deadline),
        refusal_delay=SECOND,
        delayed_refusals=delayed_refusals,
    )
    return HashingPool(policy, first_guess=timedelta(seconds=hash_takes), sleep=sleep, timer=timer)


async def in_place(pool: HashingPool, work: Callable[[], object]) -> None:
    async with pool.place() as place:
        await place.run(work)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until what the threads do has been noticed."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)


def start(count: int, pool: HashingPool, gate: Gate) -> list[asyncio.Task[None]]:
    return [asyncio.ensure_future(in_place(pool, gate.work)) for _ in range(count)]


@pytest.mark.covers("PWD-20")
async def test_only_as_many_are_admitted_as_can_be_served_in_time(gate: Gate) -> None:
    # Two threads, a second each: whoever finds four in line waits two seconds, whoever finds five waits longer.
    pool = pool_of(threads=2, deadline=2, hash_takes=1)
    tasks = start(100, pool, gate)
    await until(lambda: sum(task.done() for task in tasks) == 95)

    refused = [task for task in tasks if task.done()]
    gate.open()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert all(isinstance(task.exception(), Busy) for task in refused)
    assert gate.done == 5
    assert pool.in_flight == 0


@pytest.mark.covers("PWD-20")
async def test_no_more_run_at_once_than_there_are_threads(gate: Gate) -> None:
    pool = pool_of(threads=2, deadline=60)
    tasks = start(50, pool, gate)
    await until(lambda: pool.in_flight == 50)
    assert gate.entered.acquire(timeout=20)
    assert gate.entered.acquire(timeout=20)

    assert not gate.entered.acquire(blocking=False)

    gate.open()
    await asyncio.gather(*tasks)
    assert gate.done == 50


async def test_a_refusal_comes_before_anything_else_is_done(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=0.5, hash_takes=1)
    waiting = start(1, pool, gate)
    await until(lambda: pool.in_flight == 1)
    entered = False

    with pytest.raises(Busy):
        async with pool.place():
            entered = True

    assert not entered
    gate.open()
    await asyncio.gather(*waiting)


async def test_a_refusal_says_when_the_line_will_have_been_served(gate: Gate) -> None:
    pool = pool_of(threads=2, deadline=5, hash_takes=2)
    waiting = start(6, pool, gate)
    await until(lambda: pool.in_flight == 6)

    with pytest.raises(Busy) as refusal:
        await in_place(pool, gate.work)

    assert refusal.value.retry_after == 6 * SECOND
    gate.open()
    await asyncio.gather(*waiting)


async def test_no_refusal_asks_to_come_back_at_once(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=0.001, hash_takes=0.01)
    waiting = start(1, pool, gate)
    await until(lambda: pool.in_flight == 1)

    with pytest.raises(Busy) as refusal:
        await in_place(pool, gate.work)

    assert refusal.value.retry_after == SECOND
    gate.open()
    await asyncio.gather(*waiting)


async def test_an_idle_pool_refuses_nobody_however_slow_hashing_is() -> None:
    pool = pool_of(threads=1, deadline=0.001, hash_takes=60)

    await in_place(pool, lambda: None)


async def test_a_refusal_is_held_back_so_that_nobody_can_spin(gate: Gate) -> None:
    naps = Naps()
    pool = pool_of(threads=1, deadline=0.5, delayed_refusals=2, sleep=naps.sleep)
    waiting = start(1, pool, gate)
    await until(lambda: pool.in_flight == 1)
    refusals = start(5, pool, gate)
    await until(lambda: sum(task.done() for task in refusals) == 3)

    assert naps.asked == [1.0, 1.0]
    naps.wake()
    outcomes = await asyncio.gather(*refusals, return_exceptions=True)
    assert all(isinstance(outcome, Busy) for outcome in outcomes)

    gate.open()
    await asyncio.gather(*waiting)


async def test_whoever_hangs_up_while_being_held_back_makes_room_for_another(gate: Gate) -> None:
    naps = Naps()
    pool = pool_of(threads=1, deadline=0.5, delayed_refusals=1, sleep=naps.sleep)
    waiting = start(1, pool, gate)
    await until(lambda: pool.in_flight == 1)
    for _ in range(3):
        (held,) = start(1, pool, gate)
        await until(lambda: naps.asked)
        naps.asked.clear()
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)

    assert pool.in_flight == 1
    gate.open()
    await asyncio.gather(*waiting)


async def test_the_line_is_judged_by_what_hashes_take_lately(gate: Gate) -> None:
    moments = iter([0.0, 10.0] * 100)
    pool = pool_of(threads=1, deadline=9, hash_takes=0.001, timer=lambda: next(moments))
    for _ in range(60):
        await in_place(pool, lambda: None)
    waiting = start(1, pool, gate)
    await until(lambda: pool.in_flight == 1)

    with pytest.raises(Busy):
        await in_place(pool, gate.work)

    gate.open()
    await asyncio.gather(*waiting)


@pytest.mark.covers("PWD-20")
async def test_whoever_hangs_up_while_waiting_frees_a_place_at_once_and_is_not_hashed_for(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=60)
    working = start(1, pool, gate)
    assert await asyncio.to_thread(gate.entered.acquire, timeout=20)
    waiting = start(10, pool, gate)
    await until(lambda: pool.in_flight == 11)

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert pool.in_flight == 1
    gate.open()
    await asyncio.gather(*working)
    await in_place(pool, lambda: None)
    assert gate.done == 1
    assert pool.in_flight == 0


@pytest.mark.covers("PWD-20")
async def test_whoever_hangs_up_while_being_hashed_for_keeps_the_place_until_the_thread_is_free(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=0.5, hash_takes=1)
    (task,) = start(1, pool, gate)
    assert await asyncio.to_thread(gate.entered.acquire, timeout=20)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert task.cancelled()
    assert pool.in_flight == 1
    with pytest.raises(Busy):
        await in_place(pool, lambda: None)
    gate.open()
    await until(lambda: pool.in_flight == 0)
    await in_place(pool, lambda: None)
    assert pool.in_flight == 0


async def test_an_error_in_the_work_is_told_and_frees_the_place() -> None:
    pool = pool_of()

    with pytest.raises(ZeroDivisionError):
        await in_place(pool, lambda: 1 // 0)

    assert pool.in_flight == 0


async def test_one_place_serves_for_several_hashes_and_not_beyond_its_end() -> None:
    pool = pool_of()
    async with pool.place() as place:
        assert await place.run(lambda: 1) == 1
        assert await place.run(lambda: 2) == 2
        assert pool.in_flight == 1

    with pytest.raises(RuntimeError):
        await place.run(lambda: 3)
    assert pool.in_flight == 0


@pytest.mark.covers("PWD-20")
async def test_the_loop_turns_while_threads_hash(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=60)
    tasks = start(5, pool, gate)
    assert await asyncio.to_thread(gate.entered.acquire, timeout=20)

    turned = 0
    for _ in range(1000):
        await asyncio.sleep(0)
        turned += 1

    assert turned == 1000
    assert not any(task.done() for task in tasks)
    gate.open()
    await asyncio.gather(*tasks)


async def test_a_closed_pool_finishes_what_it_has_and_takes_nothing_new(gate: Gate) -> None:
    pool = pool_of(threads=1, deadline=60)
    tasks = start(3, pool, gate)
    await until(lambda: pool.in_flight == 3)
    async with pool.place() as early:
        pool.close()

        with pytest.raises(Busy):
            await in_place(pool, gate.work)
        with pytest.raises(Busy):
            await early.run(gate.work)

    gate.open()
    await asyncio.gather(*tasks)
    assert gate.done == 3
    assert pool.in_flight == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread a niceness of its own")
async def test_the_threads_are_nice_and_the_rest_of_the_process_is_not() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    pool = pool_of(threads=1, niceness=19)
    seen: list[int] = []

    await in_place(pool, lambda: seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))

    assert seen == [19]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"threads": 0},
        {"niceness": 20},
        {"niceness": -1},
        {"deadline": timedelta(0)},
        {"deadline": timedelta(hours=1)},
        {"refusal_delay": -SECOND},
        {"delayed_refusals": -1},
    ],
)
def test_an_absurd_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HashingPolicy(**wrong)


def test_a_container_is_not_given_more_threads_than_its_quota(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    seen = []
    for said in ("100000 100000", "50000 100000", "max 100000", "", "0 0", "999999999 100000"):
        quota.write_text(said)
        seen.append(usable_cores(quota))

    everything = usable_cores(tmp_path / "missing")
    assert seen == [1, 1, everything, everything, everything, everything]
    assert everything >= 1


async def hold(pool: HashingPool, source: str | None, stack: AsyncExitStack) -> bool:
    """Take a place and keep it; say whether there was one."""
    try:
        await stack.enter_async_context(pool.place(source))
    except Busy:
        return False
    return True


@pytest.mark.covers("PWD-20", "THR-05")
async def test_one_source_fills_half_of_the_line_and_somebody_else_still_gets_in() -> None:
    # Twenty places in all: the twenty-first would wait longer than two seconds.
    pool = pool_of(threads=1, deadline=2, hash_takes=0.1)
    async with AsyncExitStack() as stack:
        loud = [await hold(pool, "192.0.2.1", stack) for _ in range(100)]
        others = [await hold(pool, f"198.51.100.{number}", stack) for number in range(5)]

        assert loud.count(True) == 11
        assert all(others)


@pytest.mark.covers("PWD-20")
async def test_however_many_sources_ask_again_and_again_a_new_one_gets_in() -> None:
    pool = pool_of(threads=1, deadline=2, hash_takes=0.1)
    async with AsyncExitStack() as stack:
        for _ in range(100):
            for source in ("a", "b", "c", "d"):
                await hold(pool, source, stack)

        assert pool.in_flight == 17
        assert await hold(pool, "new", stack)


async def test_a_source_that_was_served_may_ask_as_before() -> None:
    pool = pool_of(threads=1, deadline=2, hash_takes=0.1)
    for _ in range(3):
        async with AsyncExitStack() as stack:
            assert [await hold(pool, "a", stack) for _ in range(100)].count(True) == 11
    assert pool.in_flight == 0


async def test_nobody_in_particular_may_fill_the_line() -> None:
    pool = pool_of(threads=1, deadline=2, hash_takes=0.1)
    async with AsyncExitStack() as stack:
        assert [await hold(pool, None, stack) for _ in range(100)].count(True) == 21
