"""Plays an encounter of two calls: in one order, or in every one there is."""

from collections.abc import AsyncGenerator
from math import comb
from typing import Final, Protocol

from tests.proof.interleavings.orders import Order, Played, Turn, every_order, written
from tests.proof.interleavings.pairs import LARGE, OF_ENDINGS, OF_REFRESHES
from tests.proof.interleavings.registrations import OF_REGISTRATIONS
from tests.proof.interleavings.scheduler import Calls, Scheduler, Watcher
from tests.proof.interleavings.stage import Stage


class Encounter(Protocol):
    """Two calls that meet.

    `endings` are the pairs of answers that the orders come to, all of them and no others. Of orders there are at least
    `least`, or something was not stopped where it should have been.
    """

    @property
    def endings(self) -> frozenset[str]: ...

    @property
    def least(self) -> int: ...

    async def prepare(self, stage: Stage) -> tuple[Watcher, Calls]:
        """Return the calls, for rows that nobody has used before, and who watches them."""
        ...


ALL: Final[tuple[Encounter, ...]] = (*OF_REFRESHES, *OF_ENDINGS, *OF_REGISTRATIONS, *LARGE)


class Found(AssertionError):
    """An order broke a promise. The message tells what happened in it, and how to see it again."""

    def __init__(self, encounter: Encounter, turns: list[Turn], what: str) -> None:
        self.what = what
        self.order = tuple(turn.who for turn in turns)
        self.steps = [f"{turn.who} {turn.what}" for turn in turns]
        lines = [f"  {step}{' (waits)' if turn.waits else ''}" for step, turn in zip(self.steps, turns, strict=True)]
        replay = f"python -m tests.proof.interleavings --of '{encounter}' --order {written(self.order)}"
        super().__init__("\n".join([f"{encounter}: {what}", *lines, f"  {what}", f"replay: {replay}"]))


async def play_all(stage: Stage, encounter: Encounter) -> list[Played]:
    """Play every order there is, and see that it was every one. Raises: Found."""
    orders = [played async for played in orders_of(stage, encounter)]
    assert sum(played.share for played in orders) == 1, f"{encounter}: an order was left out, or played twice"
    assert {played.answers for played in orders} == encounter.endings
    assert len(orders) >= encounter.least, f"{encounter}: only {len(orders)} orders: something was not stopped"
    if not any(turn.waits for played in orders for turn in played.turns):
        # Where nobody waits for anybody, and each does the same whatever the other does, one can count beforehand.
        lengths = {(played.order.count(1), played.order.count(2)) for played in orders}
        assert len(lengths) > 1 or [len(orders)] == [comb(one + other, one) for one, other in lengths]
    return orders


async def orders_of(stage: Stage, encounter: Encounter) -> AsyncGenerator[Played]:
    """Play one order after the other, until there is no other. Raises: Found."""
    async for played in every_order(lambda order: play(stage, encounter, order)):
        yield played


async def play(stage: Stage, encounter: Encounter, order: Order) -> Played:
    """Play this order; where it ends, whoever can goes on. Raises: Found."""
    watcher, calls = await encounter.prepare(stage)
    scheduler = Scheduler(stage.observer, stage.gates, calls, watcher)
    try:
        await scheduler.run(order)
        await watcher.look_at_rest()
    except AssertionError as error:
        raise Found(encounter, scheduler.turns, str(error).partition("\n")[0]) from error
    return Played(tuple(scheduler.turns), f"{watcher.answers[1]}, {watcher.answers[2]}")
