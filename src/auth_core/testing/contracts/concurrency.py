"""How contracts show what happens when several things happen at once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Final

from auth_core.assembly import Tx
from auth_core.testing.contracts.storage import Storage

PATIENCE: Final = 20.0
"""Seconds after which something that was to come to an end is taken to hang."""

_long_enough = 0.06


@contextlib.contextmanager
def unhindered_within(seconds: float) -> Generator[None]:
    """Let the contracts know in how many seconds whatever nothing holds up has come to its end.

    In memory that is much sooner than over a wire, and nearly every test of a race waits for so long.
    """
    global _long_enough  # noqa: PLW0603 - the contracts have no common state but this
    before, _long_enough = _long_enough, seconds
    try:
        yield
    finally:
        _long_enough = before


class RollBack(Exception):
    """Raised inside a transaction, so that nothing of it is kept."""


async def in_transaction[T](storage: Storage, act: Callable[[Tx], Awaitable[T]]) -> T:
    """Do `act` in a transaction of its own, and return what it returns once that is committed."""
    async with asyncio.timeout(PATIENCE), storage.uow() as tx:
        return await act(tx)


async def roll_back(storage: Storage, act: Callable[[Tx], Awaitable[object]]) -> None:
    """Do `act` in a transaction that ends with an exception."""
    with contextlib.suppress(RollBack):
        async with asyncio.timeout(PATIENCE), storage.uow() as tx:
            await act(tx)
            raise RollBack


async def race[T](count: int, act: Callable[[], Awaitable[T]]) -> list[T]:
    """Start `act` that many times at once, and return what each of them returned."""
    async with asyncio.timeout(PATIENCE):
        return list(await asyncio.gather(*(act() for _ in range(count))))


async def let_run[T](*tasks: asyncio.Task[T]) -> set[asyncio.Task[T]]:
    """Give the tasks the time in which whatever nothing holds up comes to its end, and return those that have."""
    ended, _ = await asyncio.wait(tasks, timeout=_long_enough)
    return ended


async def while_open[T](
    storage: Storage,
    first: Callable[[Tx], Awaitable[object]],
    second: Callable[[], Coroutine[object, object, T]],
    *,
    rolled_back: bool = False,
) -> T:
    """Do `first` in a transaction and start `second` before it ends; return what `second` then comes to.

    Fails unless `second` waits for the transaction, which commits, or with `rolled_back` does not.
    """
    rivals: list[asyncio.Task[T]] = []
    ended_early: set[asyncio.Task[T]] = set()

    async def overlap(tx: Tx) -> None:
        await first(tx)
        rivals.append(asyncio.create_task(second()))
        ended_early.update(await let_run(*rivals))

    await (roll_back(storage, overlap) if rolled_back else in_transaction(storage, overlap))
    [rival] = rivals
    outcome = await asyncio.wait_for(rival, PATIENCE)
    assert not ended_early, "it should have waited for the transaction before it"
    return outcome
