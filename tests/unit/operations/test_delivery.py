"""The process that delivers: it hears of what comes, goes on whatever happens, and ends in order."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.outbox import MemoryArrivals
from auth_core import Unavailable
from auth_core.ids import MessageId
from auth_core.outbox.model import Attempt, Outcome
from auth_core.outbox.policy import DeliveryPolicy
from auth_http.delivery import delivering

POLICY = DeliveryPolicy(batch=2, poll=timedelta(milliseconds=10))
RARELY = DeliveryPolicy(batch=2, poll=timedelta(hours=1))


def attempt(outcome: Outcome = Outcome.SENT) -> Attempt:
    return Attempt(message_id=MessageId(UUID(int=7)), kind="password_changed", number=1, outcome=outcome)


class Rounds:
    """Answers each round with what it was told, and then with nothing."""

    def __init__(self, *answers: Sequence[Attempt] | Exception) -> None:
        self.answers = list(answers)
        self.done = 0
        self.store = MemoryStore()
        self._next = asyncio.Event()

    async def __call__(self) -> Sequence[Attempt]:
        self.done += 1
        self._next.set()
        answer = self.answers.pop(0) if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(5):
            while self.done < count:
                self._next.clear()
                await self._next.wait()

    def running(self, policy: DeliveryPolicy) -> AbstractAsyncContextManager[None]:
        return delivering(self, arrivals=MemoryArrivals(self.store), policy=policy)


async def test_while_there_is_much_to_do_it_does_not_rest() -> None:
    rounds = Rounds([attempt()] * 2, [attempt()] * 2, [attempt()])

    async with rounds.running(RARELY):
        await rounds.reach(3)

    assert rounds.done == 3


async def test_it_looks_at_once_when_something_is_committed() -> None:
    rounds = Rounds()

    async with rounds.running(RARELY):
        await rounds.reach(1)
        for count in (2, 3):
            await asyncio.sleep(0)
            rounds.store.commit(rounds.store.committed)
            await rounds.reach(count)


async def test_it_looks_now_and_then_whatever_it_hears() -> None:
    rounds = Rounds()

    async with rounds.running(POLICY):
        await rounds.reach(3)


@pytest.mark.parametrize(
    ("error", "event"),
    [(Unavailable(Unavailable.SHORTLY), "delivery_unavailable"), (ValueError("x"), "delivery_failed")],
)
async def test_a_round_that_fails_is_told_and_the_next_is_tried(error: Exception, event: str) -> None:
    rounds = Rounds(error)

    with capture_logs() as lines:
        async with rounds.running(POLICY):
            await rounds.reach(2)

    assert [line["event"] for line in lines] == [event]


async def test_every_attempt_is_a_line_and_only_what_was_given_up_is_an_error() -> None:
    rounds = Rounds(*([attempt(outcome)] for outcome in Outcome))

    with capture_logs() as lines:
        async with rounds.running(POLICY):
            await rounds.reach(len(Outcome) + 1)

    told = {line["event"]: line["log_level"] for line in lines}
    assert told == {
        "message_sent": "info",
        "message_deferred": "info",
        "message_refused": "warning",
        "message_given_up": "error",
        "message_expired": "warning",
        "message_overtaken": "warning",
    }
    assert lines[0].keys() == {"event", "log_level", "message_id", "message", "attempt"}


@pytest.mark.covers("PRC-02")
async def test_what_is_being_sent_when_it_is_to_end_is_sent() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), list[str]()

    async def slowly() -> Sequence[Attempt]:
        begun.set()
        await go_on.wait()
        ended.append("sent")
        return ()

    async def stop() -> None:
        async with delivering(slowly, arrivals=MemoryArrivals(MemoryStore()), policy=RARELY):
            await begun.wait()

    stopping = asyncio.create_task(stop())
    await begun.wait()
    await asyncio.sleep(0.01)
    assert not stopping.done()
    go_on.set()
    await stopping

    assert ended == ["sent"]
