"""What is left for those who are signed in while others log in without pause.

The probes are sent at times fixed beforehand and counted from those times, whether or not the last answer has come: a
server that stands still cannot hide it. Those that are under way when the storm ends are waited for, which is kind to
whoever lets them wait.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from bench.peers.calls import me, refresh
from bench.peers.corner import PEOPLE, Corner, email_of, log_in_anew
from bench.peers.wire import Connection
from bench.percentiles import summary

_PROBES_A_SECOND: Final = 50
_PUT_OFF: Final = (429, 503)


async def weather(corner: Corner, seconds: float, *, clients: int, heeding: bool, name: str) -> None:
    """Probe in peace and in the storm. Clients that heed wait for as long as they are told to when they are put off."""
    await log_in_anew(corner)
    peace = await _waits(await _probes(corner, seconds))
    async with _storm(corner, clients=clients, heeding=heeding) as ends:
        began = time.monotonic()
        probes = await _probes(corner, seconds)
        taken = time.monotonic() - began
        served, put_off = ends[200], sum(ends[status] for status in _PUT_OFF)
    storm = await _waits(probes)
    await _calm(corner)
    corner.storms[name] = {
        "in peace": peace,
        "in the storm": storm,
        "p99 in the storm / in peace": {
            kind: round(storm[kind]["p99"] / max(peace[kind]["p99"], 0.1), 1) for kind in peace
        },
        "log-ins a second": round(served / taken, 1),
        "put off a second": round(put_off / taken, 1),
    }


@asynccontextmanager
async def _storm(corner: Corner, *, clients: int, heeding: bool) -> AsyncGenerator[Counter[int]]:
    ends: Counter[int] = Counter()

    async def log_in(number: int) -> None:
        while True:
            try:
                async with Connection(corner.server.port) as connection:
                    while True:
                        answer = await connection.ask(corner.who.log_in(email_of(number % PEOPLE)))
                        ends[answer.status] += 1
                        if heeding and answer.status in _PUT_OFF:
                            await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
            except (OSError, EOFError):
                ends[0] += 1
                await asyncio.sleep(0.1)

    people = [asyncio.create_task(log_in(number)) for number in range(clients)]
    try:
        await asyncio.sleep(1)
        ends.clear()
        yield ends
    finally:
        for person in people:
            person.cancel()
        await asyncio.gather(*people, return_exceptions=True)


async def _calm(corner: Corner) -> None:
    """Wait until the server is idle again: some work off all that was asked for, whoever still waits for it."""
    used = -1.0
    while (now := corner.server.cpu_seconds()) - used > 0.1:
        used = now
        await asyncio.sleep(0.5)


type Probe = asyncio.Task[tuple[str, float]]


async def _probes(corner: Corner, seconds: float) -> list[Probe]:
    """Send the probes, and return them when the last has been sent, answered or not."""
    kinds = itertools.cycle(["me", "refresh"] if corner.who.refresh is not None else ["me"])
    free: list[Connection] = []
    last = asyncio.Lock()  # a chain is refreshed one link after the other

    async def probe(kind: str, due: float) -> tuple[str, float]:
        connection = free.pop() if free else Connection(corner.server.port)
        if kind == "me":
            await me(corner, -1, connection.ask)
        else:
            async with last:
                await refresh(corner, -2, connection.ask)
        free.append(connection)
        return kind, (time.monotonic() - due) * 1000

    probes: list[Probe] = []
    start = time.monotonic()
    for number in range(int(seconds * _PROBES_A_SECOND)):
        due = start + number / _PROBES_A_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        probes.append(asyncio.create_task(probe(next(kinds), due)))
    return probes


async def _waits(probes: list[Probe]) -> dict[str, dict[str, float]]:
    waits: dict[str, list[float]] = {}
    for kind, wait in await asyncio.gather(*probes):
        waits.setdefault(kind, []).append(wait)
    return {kind: summary(each) for kind, each in waits.items()}
