"""What the doctor says of hashing: how long, how many, and what would suit."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import accumulate, count, repeat

import pytest

from auth_core import Origin
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.ports import HashingTurn
from auth_core.testing import UnsafeFastHasher
from auth_http.doctor.finding import Finding
from auth_http.doctor.hashing import advised_cost, examine_hashing
from auth_http.settings import Settings


async def found(*seconds: float, threads: int = 2, cost: int = 12, hasher: UnsafeFastHasher | None = None) -> Finding:
    """Examine a machine where the first hash, and then those at once, take so long."""
    moments = accumulate(each for step in seconds for each in (0.0, step))
    settings = Settings(bcrypt_cost=cost, hashing_wait_seconds=2)
    return await examine_hashing(hasher or UnsafeFastHasher(), settings, threads=threads, timer=lambda: next(moments))


async def test_the_milliseconds_the_log_ins_a_second_and_the_line_are_told() -> None:
    finding = await found(0.2, 0.4)

    assert finding.ok
    assert finding.detail == (
        "200 ms for a password at cost 12; 10 log-ins a second with 2 threads, and 21 in line at most; "
        "advised here: cost 12"
    )


@pytest.mark.parametrize(
    ("cost", "seconds", "advised"),
    [(12, 0.25, 12), (12, 0.26, 11), (12, 0.13, 12), (12, 0.12, 13), (12, 1.9, 10), (4, 0.001, 11), (16, 0.01, 16)],
)
def test_the_advised_cost_is_the_highest_that_takes_a_quarter_of_a_second(
    cost: int, seconds: float, advised: int
) -> None:
    assert advised_cost(cost, seconds) == advised


async def test_a_slow_machine_is_told_how_to_become_quicker() -> None:
    finding = await found(2.0, 4.0)

    assert not finding.ok
    assert "AUTH_BCRYPT_COST" in (finding.mend or "")
    assert "advised here: cost 10" in finding.detail


class Refusing(UnsafeFastHasher):
    """Has one turn to give."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = count()

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        if next(self._turns):
            raise Busy(Busy.SHORTLY)
        async with super().turn(origin) as turn:
            yield turn


async def test_a_machine_so_slow_that_the_line_refuses_is_examined_all_the_same() -> None:
    finding = await found(8.0, *repeat(8.0, 3), hasher=Refusing(), threads=1)

    assert "8000 ms" in finding.detail
