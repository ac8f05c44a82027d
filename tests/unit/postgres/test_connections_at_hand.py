"""Who gets a connection, and when: on a pool that is none, so that every moment can be hit."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, cast

import pytest

from auth_adapters.postgres.connections_at_hand import ConnectionsAtHand, Pooled


class FakeConnection:
    def __init__(self) -> None:
        self.ended = False

    def is_closed(self) -> bool:
        return self.ended

    def terminate(self) -> None:
        self.ended = True


class FakePool:
    """Makes as many as it is asked for, and counts them."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.out: set[FakeConnection] = set()
        self.expired = 0
        self.broken: Exception | None = None
        self.slow = asyncio.Event()
        self.slow.set()

    async def acquire(self) -> FakeConnection:
        await self.slow.wait()
        if self.broken is not None:
            raise self.broken
        connection = FakeConnection()
        self.made.append(connection)
        self.out.add(connection)
        return connection

    async def release(self, connection: FakeConnection, *, timeout: float) -> None:
        self.out.remove(connection)

    async def expire_connections(self) -> None:
        self.expired += 1

    async def close(self) -> None:
        assert not self.out

    def terminate(self) -> None:
        raise AssertionError("it was cut")


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
async def connections(pool: FakePool) -> AsyncGenerator[ConnectionsAtHand]:
    at_hand = ConnectionsAtHand(cast("Any", pool), most=1, patience=timedelta(minutes=1))
    yield at_hand
    assert at_hand.taken == at_hand.idle
    await at_hand.close()
    assert at_hand.taken == 0


async def waiting(connections: ConnectionsAtHand) -> asyncio.Task[Pooled]:
    task = asyncio.create_task(connections.take())
    await asyncio.sleep(0)
    return task


async def test_what_is_handed_on_is_at_hand(connections: ConnectionsAtHand, pool: FakePool) -> None:
    assert connections.at_hand() is None
    connection = await connections.take()
    connections.hand_on(connection)

    assert (connections.taken, connections.idle) == (1, 1)
    assert connections.at_hand() is connection
    assert len(pool.made) == 1
    connections.hand_on(connection)


async def test_whoever_has_waited_for_longest_gets_it(connections: ConnectionsAtHand) -> None:
    connection = await connections.take()
    first, second = await waiting(connections), await waiting(connections)

    connections.hand_on(connection)

    assert await first is connection
    assert connections.at_hand() is None
    assert not second.done()
    connections.hand_on(connection)
    assert await second is connection
    connections.hand_on(connection)


async def test_whoever_waits_no_longer_is_passed_over(connections: ConnectionsAtHand) -> None:
    connection = await connections.take()
    first, second = await waiting(connections), await waiting(connections)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    connections.hand_on(connection)

    assert await second is connection
    connections.hand_on(connection)


async def test_what_comes_in_the_moment_somebody_leaves_goes_to_the_next(connections: ConnectionsAtHand) -> None:
    connection = await connections.take()
    first, second = await waiting(connections), await waiting(connections)
    connections.hand_on(connection)
    first.cancel()

    assert await second is connection
    assert first.cancelled()
    connections.hand_on(connection)


async def test_room_that_comes_in_the_moment_somebody_leaves_is_the_next_ones(
    connections: ConnectionsAtHand, pool: FakePool
) -> None:
    connection = await connections.take()
    first, second = await waiting(connections), await waiting(connections)
    await connections.give_back(connection)
    first.cancel()

    assert await second is pool.made[1]
    connections.hand_on(await second)


async def test_whoever_waits_makes_one_in_place_of_one_that_is_of_no_use(
    connections: ConnectionsAtHand, pool: FakePool
) -> None:
    connection = await connections.take()
    patient = await waiting(connections)

    await connections.give_back(connection)

    assert await patient is pool.made[1]
    connections.hand_on(await patient)


async def test_room_is_not_given_twice(connections: ConnectionsAtHand, pool: FakePool) -> None:
    connection = await connections.take()
    patient = await waiting(connections)
    await connections.give_back(connection)
    newcomer = await connections.take()  # before whoever waits has heard of the room

    await asyncio.sleep(0)
    assert not patient.done()
    connections.hand_on(newcomer)
    assert await patient is newcomer
    assert len(pool.made) == 2
    connections.hand_on(newcomer)


async def test_one_that_cannot_be_made_takes_no_room(connections: ConnectionsAtHand, pool: FakePool) -> None:
    pool.broken = OSError("refused")
    pool.slow.clear()
    first, second = await waiting(connections), await waiting(connections)
    pool.slow.set()

    with pytest.raises(OSError, match="refused"):
        await first
    with pytest.raises(OSError, match="refused"):
        await second
    assert connections.taken == 0


async def test_nobody_waits_for_longer_than_their_patience(pool: FakePool) -> None:
    hasty = ConnectionsAtHand(cast("Any", pool), most=1, patience=timedelta(milliseconds=1))
    connection = await hasty.take()

    with pytest.raises(TimeoutError):
        await hasty.take()

    hasty.hand_on(connection)
    assert hasty.at_hand() is connection


async def test_one_that_has_ended_makes_room(connections: ConnectionsAtHand, pool: FakePool) -> None:
    connection = await connections.take()
    connections.hand_on(connection)
    pool.made[0].ended = True
    pool.out.clear()  # the driver's pool has heard of it

    assert connections.at_hand() is None
    assert await connections.take() is pool.made[1]
    connections.hand_on(pool.made[1])


async def test_those_given_up_are_not_at_hand(connections: ConnectionsAtHand, pool: FakePool) -> None:
    connections.hand_on(await connections.take())
    age = connections.age

    await connections.give_up()
    pool.out.clear()

    assert connections.age == age + 1
    assert connections.at_hand() is None
    assert pool.made[0].ended
    assert pool.expired == 1
