"""In the background of every process: knowing what others have revoked, and saying when that is not known."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from auth_adapters.following import Follower, following
from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_core import AccessCheckMode, AuthCore, RevocationPolicy, Unavailable
from auth_core.clock import Clock
from auth_core.revocation.ports import Batch, Cursor, RevocationFeed
from auth_core.testing import MovableClock
from auth_http.worker import following_revocations

LAG = RevocationPolicy().allowed_lag


class Cuttable:
    """A feed that can be cut off, or made to hang."""

    def __init__(self, feed: RevocationFeed) -> None:
        self.error: Exception | None = None
        self._feed = feed

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        if self.error:
            raise self.error
        return await self._feed.changes(after=after, wait=wait)


async def a_core(clock: Clock, policy: RevocationPolicy | None = None) -> tuple[AuthCore, Cuttable]:
    ports = memory_ports(clock=clock)
    feed = Cuttable(ports.revocation_feed)
    policies = replace(FOR_TESTS, revocation=policy or FOR_TESTS.revocation)
    return await auth_in_memory(replace(ports, revocation_feed=feed), policies=policies), feed


@pytest.mark.parametrize("error", [Unavailable(Unavailable.SHORTLY), OSError(), ValueError()])
async def test_going_stale_and_coming_back_are_told_once_each(error: Exception) -> None:
    clock = MovableClock()
    auth, feed = await a_core(clock)
    told: list[bool] = []
    follower = Follower(auth.revocation.follow, tell=told.append)
    for cut, passes in [(False, 0), (True, 1), (True, 5), (True, 5), (False, 1), (False, 1), (True, 1), (True, 9)]:
        feed.error = error if cut else None
        clock.advance(timedelta(seconds=passes))
        await follower.step()

    assert told == [False, True, False]


async def test_a_process_that_cannot_look_from_the_beginning_says_so() -> None:
    auth, feed = await a_core(MovableClock())
    feed.error = OSError()
    told: list[bool] = []

    await Follower(auth.revocation.follow, tell=told.append).step()

    assert told == [False]


async def test_a_step_that_hangs_is_given_up_when_the_knowledge_is_not_relied_on_any_more() -> None:
    policy = RevocationPolicy(poll=timedelta(milliseconds=10), allowed_lag=timedelta(milliseconds=20))
    clock = MovableClock()
    auth, _ = await a_core(clock, policy)
    follow = auth.revocation.follow
    await follow()

    class Hanging:
        async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
            clock.advance(timedelta(seconds=1))
            while True:
                await asyncio.Event().wait()

    told: list[bool] = []
    await Follower(replace(follow, feed=Hanging()), tell=told.append).step()

    assert told == [False]


class Enough(Exception):
    """Ends what would go on for ever."""


async def test_after_failures_it_waits_longer_and_longer_but_never_long() -> None:
    auth, feed = await a_core(MovableClock())
    feed.error = OSError()
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 12:
            raise Enough

    with pytest.raises(Enough):
        await Follower(auth.revocation.follow, tell=lambda _: None, sleep=sleep).go_on()

    assert all(later >= earlier / 2 for earlier, later in pairwise(pauses))
    assert 0 < pauses[0] <= 0.05
    assert 0.5 <= pauses[-1] <= 1


async def test_after_a_success_it_does_not_wait() -> None:
    auth, feed = await a_core(MovableClock())
    feed.error = OSError()
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        feed.error = None

    going_on = asyncio.create_task(Follower(auth.revocation.follow, tell=lambda _: None, sleep=sleep).go_on())
    await asyncio.wait([going_on], timeout=0.05)
    going_on.cancel()

    assert len(pauses) == 1
    assert auth.revocation.follow.is_current()


async def test_the_service_logs_when_it_does_not_know_and_when_it_does_again() -> None:
    clock = MovableClock()
    auth, feed = await a_core(clock)
    feed.error = Unavailable(Unavailable.SHORTLY)

    with capture_logs() as lines:
        async with following_revocations(auth, FOR_TESTS):
            feed.error = None
            async with asyncio.timeout(5):
                while not auth.revocation.follow.is_current():
                    await asyncio.sleep(0.001)

    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("revocations_stale", "warning"),
        ("revocations_current", "info"),
    ]
    assert lines[0]["confirmed_seconds_ago"] is None


async def test_a_service_that_asks_the_database_follows_nothing() -> None:
    policy = replace(FOR_TESTS.revocation, access_check=AccessCheckMode.DATABASE)
    auth, _ = await a_core(MovableClock(), policy)

    async with following_revocations(auth, replace(FOR_TESTS, revocation=policy)):
        assert auth.revocation.follow.staleness() is None


async def test_following_ends_with_its_block() -> None:
    auth, _ = await a_core(MovableClock())
    async with following(auth.revocation.follow):
        assert auth.revocation.follow.is_current()

    assert not [task for task in asyncio.all_tasks() if task.get_name() == "follow_revocations"]
