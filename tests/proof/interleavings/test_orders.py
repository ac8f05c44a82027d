"""All orders are played, each once, and a missing one would be missed."""

from math import comb

import pytest

from tests.proof.interleavings.orders import Order, Played, Turn, every_order


class Steps:
    """Two calls of so many steps. With `locks` the first step of each takes a lock that the last one gives back."""

    def __init__(self, *lengths: int, locks: bool = False) -> None:
        self._lengths = {1: lengths[0], 2: lengths[1]}
        self._locks = locks

    async def play(self, order: Order) -> Played:
        left = dict(self._lengths)
        turns: list[Turn] = []
        while ready := tuple(who for who in left if left[who] and not self._waits(who, left)):
            who = order[len(turns)] if len(turns) < len(order) else ready[0]
            assert who in ready
            left[who] -= 1
            turns.append(Turn(who=who, ready=ready, what="a step", waits=False))
        return Played(tuple(turns), "done, done")

    def _waits(self, who: int, left: dict[int, int]) -> bool:
        return self._locks and 0 < left[3 - who] < self._lengths[3 - who]


@pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 4), (3, 3), (5, 4)])
async def test_calls_that_do_not_wait_meet_in_as_many_orders_as_can_be_counted(one: int, other: int) -> None:
    orders = [played async for played in every_order(Steps(one, other).play)]

    assert len({played.order for played in orders}) == len(orders) == comb(one + other, one)
    assert sum(played.share for played in orders) == 1


async def test_calls_that_lock_each_other_out_meet_in_two() -> None:
    orders = [played.order async for played in every_order(Steps(3, 2, locks=True).play)]

    assert orders == [(1, 1, 1, 2, 2), (2, 2, 1, 1, 1)]


async def test_an_order_that_is_left_out_is_missed() -> None:
    orders = [played async for played in every_order(Steps(3, 3).play)]

    for number in range(len(orders)):
        assert sum(played.share for played in orders[:number] + orders[number + 1 :]) < 1
