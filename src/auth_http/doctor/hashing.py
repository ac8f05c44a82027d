"""How long a password takes to hash here, how many people can sign in, and which cost would suit this machine."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final

from auth_core import Redacted
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_http.doctor.finding import Finding
from auth_http.settings import Settings

AIM: Final = 0.25
"""Seconds of one hash: what a person does not notice, and a thief of hashes does."""
LEAST: Final = 10
"""The lowest cost there is any use in (OWASP Password Storage)."""
_MOST: Final = 16
_TOO_SLOW: Final = 1.0
_TOO_QUICK: Final = 0.03
_ROUNDS: Final = 2
_WORD: Final = Redacted("how long does it take")


async def examine_hashing(
    hasher: PasswordHasher,
    settings: Settings,
    *,
    threads: int,
    timer: Callable[[], float] = time.perf_counter,
) -> Finding:
    """Hash one password alone, which warms up, then twice as many at once as there are threads."""
    took = await _seconds(hasher, 1, timer)
    try:
        together = await _seconds(hasher, threads * _ROUNDS, timer) / _ROUNDS
    except* Busy:  # so slow that the line itself refuses
        together = took
    advised = advised_cost(settings.bcrypt_cost, together)
    mend = None
    if took > _TOO_SLOW:
        mend = (
            "Log-ins will be slow and few. Lower AUTH_BCRYPT_COST; or, when other processes keep the machine busy, "
            "AUTH_HASHING_NICENESS."
        )
    elif took < _TOO_QUICK and settings.env.is_guarded:
        mend = f"This machine is quick: raise AUTH_BCRYPT_COST to {advised}, and stolen hashes are harder to crack."
    a_second = threads / together
    return Finding(
        check="hashing",
        ok=mend is None,
        detail=(
            f"{took * 1000:.0f} ms for a password at cost {settings.bcrypt_cost}; "
            f"{a_second:.3g} log-ins a second with {threads} {'thread' if threads == 1 else 'threads'}, "
            f"and {_in_line(settings, a_second)} in line at most; advised here: cost {advised}"
        ),
        mend=mend,
    )


def advised_cost(cost: int, seconds: float) -> int:
    """Return the highest cost at which a hash takes a quarter of a second at most, when `cost` takes `seconds`.

    Each step doubles the work. Never less than 10: below that hashes are too cheap to be worth their name.
    """
    steps = math.floor(math.log2(AIM / max(seconds, 1e-6)))
    return min(_MOST, max(LEAST, cost + steps))


def _in_line(settings: Settings, a_second: float) -> int:
    return math.floor(settings.hashing_wait_seconds * a_second + 1e-6) + 1


async def _seconds(hasher: PasswordHasher, count: int, timer: Callable[[], float]) -> float:
    """Return how long so many take that are asked for at once."""

    async def one() -> None:
        async with hasher.turn() as turn:
            await turn.hash(_WORD)

    began = timer()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(one())
    return timer() - began
