"""A service whose connections go through a proxy."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from auth_adapters.postgres import Database, Deadlines
from auth_core import AuthCore, Redacted
from auth_core.clock import Clock
from tests.integration.postgres.cutting_proxy import CuttingProxy, proxied
from tests.integration.postgres.person import auth_over


@dataclass(frozen=True, slots=True)
class Line:
    """The proxy, and what is behind and before it."""

    proxy: CuttingProxy
    database: Database
    auth: AuthCore


@asynccontextmanager
async def a_line(address: Redacted[str], clock: Clock) -> AsyncGenerator[Line]:
    async with proxied(address) as (proxy, through):
        # Two connections, one of each kind, so that each call takes the one that is warm already.
        database = Database(through, pool_size=2, deadlines=Deadlines.of(timedelta(seconds=1)))
        yield Line(proxy, database, await auth_over(database, clock))
        proxy.thaw()
        await database.close()
