"""A crowd is let in bit by bit."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from auth_http.middleware.fair_turns import FairTurns

CROWD = 50


class Turns:
    """Counts how many requests begin in each turn of the loop; `cost` is what each takes, in seconds."""

    def __init__(self, cost: float = 0.00012) -> None:
        self.cost = cost
        self.time = 0.0
        self.begun: list[int] = [0]
        self.order: list[int] = []

    def guard(self) -> FairTurns:
        return FairTurns(self.app, timer=lambda: self.time)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.time += self.cost
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


async def crowd_in(turns: Turns) -> None:
    guard = turns.guard()
    counting = asyncio.create_task(turns.count())
    await asyncio.gather(*(guard({"type": "http", "number": each}, receive, send) for each in range(CROWD)))
    counting.cancel()


async def test_a_crowd_is_begun_bit_by_bit_in_its_order() -> None:
    turns = Turns()

    await crowd_in(turns)

    assert sum(turns.begun) == CROWD
    assert max(turns.begun) <= 4, "three take longer than a turn, and the first of the next may be seen with them"
    assert turns.order == list(range(CROWD))


async def test_what_costs_little_does_not_wait() -> None:
    turns = Turns(cost=0.000005)

    await crowd_in(turns)

    assert max(turns.begun) == CROWD


async def test_one_request_does_not_wait() -> None:
    turns = Turns()

    await turns.guard()({"type": "http", "number": 1}, receive, send)

    assert turns.order == [1]


async def test_whoever_gives_up_holds_nobody_up() -> None:
    turns = Turns()
    guard = turns.guard()
    crowd = [asyncio.create_task(guard({"type": "http", "number": each}, receive, send)) for each in range(CROWD)]
    await asyncio.sleep(0)

    for task in crowd[10:40]:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)

    assert turns.order == [*range(10), *range(40, CROWD)]


def test_a_new_loop_starts_anew() -> None:
    turns = Turns()
    guard = turns.guard()

    for number in range(CROWD):
        asyncio.run(guard({"type": "http", "number": number}, receive, send))

    assert turns.order == list(range(CROWD))
