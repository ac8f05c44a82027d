"""Budgets in PostgreSQL, and in Redis, keep every promise."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import NullPool, bindparam, text
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres import PostgresPorts
from auth_adapters.redis import RedisBudgets, redis_budgets
from auth_core import Redacted
from auth_core.testing.contracts.budgets import BudgetsContract
from auth_core.throttling.ports import Budgets
from tests.integration.redis_server import redis_running

type TimePasses = Callable[[timedelta], Awaitable[None]]

_AS_IF_LATER = text("""
    UPDATE auth.budgets
       SET full_at = full_at - :time, taken_at = taken_at - :time, emptied_at = emptied_at - :time
""")
_AS_IF_LATER_IN_REDIS = """
for _, key in ipairs(redis.call('KEYS', '*')) do
  for _, field in ipairs({'f', 'e'}) do
    local at = redis.call('HGET', key, field)
    if at then redis.call('HSET', key, field, string.format('%.0f', tonumber(at) - tonumber(ARGV[1]))) end
  end
end
"""


@pytest.mark.covers("THR-01", "THR-02", "THR-12")
class TestPostgresBudgets(BudgetsContract):
    @pytest.fixture
    def budgets(self, storage: PostgresPorts) -> Budgets:
        return storage.budgets

    @pytest.fixture
    def time_passes(self, address: Redacted[str]) -> TimePasses:
        async def passes(time: timedelta) -> None:
            engine = create_async_engine(address.reveal(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                await connection.execute(_AS_IF_LATER.bindparams(bindparam("time", time)))

        return passes


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_running(tmp_path_factory.mktemp("redis")) as url:
        yield url


class TestRedisBudgets(BudgetsContract):
    @pytest.fixture
    async def budgets(self, redis_url: str) -> AsyncGenerator[RedisBudgets]:
        budgets = redis_budgets(Redacted(redis_url), patience=timedelta(seconds=5))
        yield budgets
        await budgets.close()

    @pytest.fixture
    def time_passes(self, redis_url: str) -> TimePasses:
        async def passes(time: timedelta) -> None:
            async with Redis.from_url(redis_url) as client:  # pyright: ignore[reportUnknownMemberType] - half-typed
                await client.eval(_AS_IF_LATER_IN_REDIS, 0, str(time // timedelta(microseconds=1)))

        return passes
