"""A Redis that is gone, or stands still: nobody is let in uncounted, and nobody is kept waiting for it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta

import pytest

from auth_adapters.redis import RedisBudgets, redis_budgets
from auth_core import Redacted, Unavailable
from auth_core.testing.contracts.budgets import a_charge
from auth_core.throttling.model import Taken
from tests.integration.redis_server import RedisServer

PATIENCE = timedelta(milliseconds=300)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def budgets(server: RedisServer) -> AsyncGenerator[RedisBudgets]:
    budgets = redis_budgets(Redacted(server.url), patience=PATIENCE)
    yield budgets
    await budgets.close()


async def refused_within(budgets: RedisBudgets, seconds: float) -> None:
    started = time.monotonic()
    async with asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await budgets.take([a_charge()])
    assert time.monotonic() - started < seconds


@pytest.mark.covers("THR-13")
async def test_a_server_that_is_gone_is_noticed_at_once_and_used_again_when_it_is_back(
    server: RedisServer, budgets: RedisBudgets
) -> None:
    await budgets.take([a_charge()])

    server.stop()
    await refused_within(budgets, 1)
    server.start()

    assert isinstance(await budgets.take([a_charge()]), Taken)


@pytest.mark.covers("THR-13")
async def test_a_server_that_stands_still_is_not_waited_for(server: RedisServer, budgets: RedisBudgets) -> None:
    await budgets.take([a_charge()])

    os.kill(server.pid, signal.SIGSTOP)
    try:
        await refused_within(budgets, 2)
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def test_no_error_tells_the_password_of_the_server() -> None:
    budgets = redis_budgets(Redacted("redis://somebody:7ZyQ5vXk@127.0.0.1:1/0"), patience=PATIENCE)

    with pytest.raises(Unavailable) as raised:
        await budgets.take([a_charge()])

    assert "7ZyQ5vXk" not in repr(raised.value) + repr(raised.value.__context__) + repr(raised.value.__cause__)
    assert "7ZyQ5vXk" not in repr(budgets)
    await budgets.close()
