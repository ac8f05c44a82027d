"""Budgets in Redis: every verb is one script, and one round trip."""

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from auth_adapters.extras import needs
from auth_adapters.redis.scripts import LOOK, SETTLE, TAKE
from auth_core.errors import Unavailable
from auth_core.redacted import Redacted
from auth_core.throttling.bucket import standing
from auth_core.throttling.model import Allowance, BudgetName, Charge, Refused, Standing, Taken

with needs("redis"):
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError

_MICROSECOND: Final = timedelta(microseconds=1)
_NOTHING: Final = timedelta(0)


class InvalidRedisAddress(ValueError):
    """This is not the address of a Redis."""

    def __init__(self) -> None:
        super().__init__("must read redis://user:password@host:6379/0, or rediss:// for TLS")


class RedisBudgets:
    """How much is left for whom, for all processes that share the server.

    Names are in one hash slot, so a cluster keeps them on one of its nodes. The server must not evict keys: who is
    evicted has a full budget. What the server does not keep over its own restart is gone.
    """

    def __init__(self, client: Redis, *, prefix: str = "auth:{budgets}:") -> None:
        self._client = client
        self._prefix = prefix
        self._take = client.register_script(TAKE)
        self._settle = client.register_script(SETTLE)
        self._look = client.register_script(LOOK)

    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        arguments = _arguments(each.allowance for each in charges)
        which, wait, *emptied = await self._run(self._take, [each.name for each in charges], arguments)
        if which:
            empty = charges[int(which) - 1]
            return Refused(budget=empty.budget, name=empty.name, retry_after=timedelta(microseconds=int(wait)))
        return Taken(emptied=frozenset(charges[int(each) - 1].name for each in emptied))

    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        arguments = [
            each
            for charge in back
            for each in (str(charge.allowance.cost // _MICROSECOND), "1" if charge.name in untold else "0")
        ]
        names = [*(each.name for each in back), *full]
        if names:
            await self._run(self._settle, names, [*arguments, *(each for _ in full for each in ("full", "1"))])

    async def look(self, budgets: Mapping[BudgetName, Allowance]) -> Mapping[BudgetName, Standing]:
        answer = await self._run(self._look, list(budgets), _arguments(budgets.values()))
        return {
            name: standing(allowance, full_in=timedelta(microseconds=int(full_in)))
            for (name, allowance), full_in in zip(budgets.items(), answer, strict=True)
        }

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        """Remove nothing: budgets go by themselves."""
        del over_before, limit
        return 0

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _run(self, script: Any, names: Sequence[BudgetName], arguments: Sequence[str]) -> list[Any]:  # noqa: ANN401 - the library's scripts are half-typed
        with _told_plainly():
            answer: Any = await script(keys=[self._prefix + name.hex() for name in names], args=arguments)
        return list(answer) if isinstance(answer, list) else [answer]  # pyright: ignore[reportUnknownArgumentType] - as above


def redis_budgets(address: Redacted[str], *, patience: timedelta = timedelta(milliseconds=500)) -> RedisBudgets:
    """Return budgets in the Redis at `address`; connect to nothing yet.

    Whatever does not answer within `patience` is given up, once and for all: who is guessing must not be waited for.
    Raises: InvalidRedisAddress.
    """
    seconds = patience.total_seconds()
    try:
        client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - the library is half-typed
            address.reveal(),
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            max_connections=64,
        )
    except ValueError:
        pass
    else:
        return RedisBudgets(client)
    raise InvalidRedisAddress  # out here: what the library says quotes the address, password and all


def _arguments(allowances: Iterable[Allowance]) -> list[str]:
    return [str(each // _MICROSECOND) for allowance in allowances for each in (allowance.cost, allowance.period)]


@contextmanager
def _told_plainly() -> Generator[None]:
    """Turn what the server or the way to it fails with into Unavailable."""
    try:
        yield
    except (RedisError, OSError, TimeoutError):
        pass
    else:
        return
    raise Unavailable(Unavailable.SHORTLY)
