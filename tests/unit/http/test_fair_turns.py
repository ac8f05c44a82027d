"""A crowd is let in a few at a time."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from auth_http.guards.fair_turns import FairTurns

CROWD = 50


class Turns:
    """Counts how many requests begin in each turn of the loop."""

    def __init__(self) -> None:
        self.begun: list[int] = [0]
        self.order: list[int] = []

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun[-1] += 1
        self.order.append(scope["number"])

    async def count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.begun.append(0)


async def receive() -> Message:
    raise AssertionError("nobody reads here")


async def send(message: Message) -> None:
    raise AssertionError("nobody writes here")


async def test_a_crowd_is_begun_a_few_at_a_time_in_its_order() -> None:
    turns = Turns()
    guard = FairTurns(turns.app)
    counting = asyncio.create_task(turns.count())

    await asyncio.gather(*(guard({"type": "http", "number": each}, receive, send) for each in range(CROWD)))

    counting.cancel()
    assert sum(turns.begun) == CROWD
    assert max(turns.begun) <= 8, "what is begun before and after one look of ours may be two turns"
    assert turns.order == list(range(CROWD))


async def test_one_request_does_not_wait() -> None:
    turns = Turns()

    await FairTurns(turns.app)({"type": "http", "number": 1}, receive, send)

    assert turns.order == [1]


async def test_whoever_gives_up_holds_nobody_up() -> None:
    turns = Turns()
    guard = FairTurns(turns.app)
    crowd = [asyncio.create_task(guard({"type": "http", "number": each}, receive, send)) for each in range(CROWD)]
    await asyncio.sleep(0)

    for task in crowd[10:40]:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)

    assert turns.order == [*range(10), *range(40, CROWD)]


def test_a_new_loop_starts_anew() -> None:
    turns = Turns()
    guard = FairTurns(turns.app)

    for number in range(CROWD):
        asyncio.run(guard({"type": "http", "number": number}, receive, send))

    assert turns.order == list(range(CROWD))
