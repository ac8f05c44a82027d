"""Ourselves and the peers, on one PostgreSQL, in turns: what a call costs, and what is left in a log-in storm.

Every server has one core and one worker; the clients and the database have the other. A call's CPU is that of the
server's processes, whatever the machine does besides; ratios are between medians of one run. In the storm people log in
without pause while others ask who they are and refresh, at times fixed beforehand, so that a server that stands still
cannot hide it. Everybody hashes as they do by default. The first `./dev bench side_by_side` installs the peers.
"""

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.peers.contestants import CONTESTANTS, Contestant, Held
from bench.peers.floor import FLOOR
from bench.peers.server import Server, free_port, running
from bench.peers.wire import Answer, Connection, Request
from bench.percentiles import summary

_SERVERS_CORE, _CLIENTS_CORE = 0, 1
_CONNECTIONS: Final = 4
_PEOPLE: Final = 8
_STORM_CLIENTS: Final = 32
_PROBES_A_SECOND: Final = 20


@dataclass(kw_only=True)
class Corner:
    """A contestant with its server, the people it knows, and what was found."""

    who: Contestant
    server: Server
    held: list[Held] = field(default_factory=list[Held])
    micros: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    storm: dict[str, object] = field(default_factory=dict[str, object])


async def measure(*, quick: bool) -> dict[str, object]:
    """Return what each call costs each contestant, the ratios to ours, and how they fare in the storm."""
    rounds, calls, storm_seconds = (2, 60, 3.0) if quick else (9, 800, 20.0)
    os.sched_setaffinity(0, {_CLIENTS_CORE})  # and with it the database, which we start
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = EmbeddedPostgres(folder / "postgres").start()
        stack.callback(database.stop)
        corners: list[Corner] = []
        left_out: list[str] = []
        for number, who in enumerate((*FLOOR, *CONTESTANTS)):
            name = f"peer_{number}"
            database.create_database(name)
            port = free_port()
            start = who.start(port, database.url(name).replace("+asyncpg", ""), folder)
            if start is None:
                left_out.append(who.name)
                continue
            server = await stack.enter_async_context(
                running(start, port, core=_SERVERS_CORE, probe=Request("GET", "/"))
            )
            corners.append(Corner(who=who, server=server))
        for corner in corners:
            await _settle_in(corner)
        for number in range(rounds):
            print(f"  round {number + 1} of {rounds}", file=sys.stderr)
            for corner in corners:
                await _a_round(corner, calls)
        for corner in corners:
            if corner.who not in FLOOR:
                print(f"  storm at {corner.who.name}", file=sys.stderr)
                await _weather(corner, storm_seconds)
        return _report(corners, left_out)


async def _settle_in(corner: Corner) -> None:
    async with Connection(corner.server.port) as connection:
        for number in range(_PEOPLE):
            email = f"person{number}@example.com"
            _expect(await connection.ask(corner.who.register(email)))
            answer = _expect(await connection.ask(corner.who.log_in(email)))
            corner.held.append(corner.who.held(answer.document(), answer.headers))


# ---- What a call costs


async def _a_round(corner: Corner, calls: int) -> None:
    who = corner.who
    await _take(corner, "me", calls, lambda place, ask: _me(corner, place, ask))
    if who.refresh is not None:
        await _take(corner, "refresh", calls, lambda place, ask: _refresh(corner, place, ask))
    if who not in FLOOR:
        await _take(corner, "log in", max(4, calls // 100), lambda place, ask: _log_in(corner, place, ask), abreast=1)


type Ask = Callable[[Request], Awaitable[Answer]]


async def _take(
    corner: Corner, call: str, times: int, do: Callable[[int, Ask], Awaitable[None]], *, abreast: int = _CONNECTIONS
) -> None:
    each = times // abreast

    async def one(place: int) -> None:
        async with Connection(corner.server.port) as connection:
            for _ in range(each):
                await do(place, connection.ask)

    before = corner.server.cpu_seconds()
    await asyncio.gather(*(one(place) for place in range(abreast)))
    used = corner.server.cpu_seconds() - before
    corner.micros.setdefault(call, []).append(used / (each * abreast) * 1e6)


async def _me(corner: Corner, place: int, ask: Ask) -> None:
    _expect(await ask(corner.who.me(corner.held[place])))


async def _refresh(corner: Corner, place: int, ask: Ask) -> None:
    assert corner.who.refresh is not None
    answer = _expect(await ask(corner.who.refresh(corner.held[place])))
    document = answer.document()
    corner.held[place] = corner.who.held(document if "access_token" in document else {"meta": document["data"]}, {})


async def _log_in(corner: Corner, place: int, ask: Ask) -> None:
    _expect(await ask(corner.who.log_in(f"person{place}@example.com")))


def _expect(answer: Answer) -> Answer:
    if answer.status not in (200, 201):
        raise AssertionError(f"{answer.status}: {answer.body[:300]!r}")
    return answer


# ---- The storm


async def _weather(corner: Corner, seconds: float) -> None:
    corner.storm["in peace"] = await _probed(corner, seconds)
    async with _storm(corner) as ends:
        began = time.monotonic()
        corner.storm["in the storm"] = await _probed(corner, seconds)
        corner.storm["log-ins a second"] = round(ends[200] / (time.monotonic() - began), 1)
        corner.storm["log-ins put off"] = ends[503] + ends[429]


@asynccontextmanager
async def _storm(corner: Corner) -> AsyncGenerator[Counter[int]]:
    ends: Counter[int] = Counter()

    async def log_in(number: int) -> None:
        async with Connection(corner.server.port) as connection:
            while True:
                answer = await connection.ask(corner.who.log_in(f"person{number % _PEOPLE}@example.com"))
                ends[answer.status] += 1
                if answer.status in (429, 503):
                    await asyncio.sleep(float(answer.headers.get("retry-after", "1")))

    async with asyncio.TaskGroup() as group:
        people = [group.create_task(log_in(number)) for number in range(_STORM_CLIENTS)]
        await asyncio.sleep(1)
        ends.clear()
        yield ends
        for person in people:
            person.cancel()


async def _probed(corner: Corner, seconds: float) -> dict[str, object]:
    """Ask at times fixed beforehand, whether or not the last answer has come, and count from those times."""
    waits: dict[str, list[float]] = {"me": []}
    kinds = itertools.cycle(["me", "refresh"] if corner.who.refresh is not None else ["me"])
    free: list[Connection] = []
    last = asyncio.Lock()  # a chain is refreshed one link after the other

    async def probe(kind: str, due: float) -> None:
        connection = free.pop() if free else Connection(corner.server.port)
        if kind == "me":
            await _me(corner, -1, connection.ask)
        else:
            async with last:
                await _refresh(corner, -2, connection.ask)
        waits.setdefault(kind, []).append((time.monotonic() - due) * 1000)
        free.append(connection)

    async with asyncio.TaskGroup() as group:
        start = time.monotonic()
        for number in range(int(seconds * _PROBES_A_SECOND)):
            due = start + number / _PROBES_A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(probe(next(kinds), due))
    for connection in free:
        await connection.close()
    return {kind: summary(each) for kind, each in waits.items()}


# ---- The report


def _report(corners: list[Corner], left_out: list[str]) -> dict[str, object]:
    ours = next(corner for corner in corners if corner.who is CONTESTANTS[0])
    return {
        "unit": "µs of the server's CPU a call: median and spread (lowest, highest) of the rounds; waits in ms",
        "contestants": {corner.who.name: _found(corner) for corner in corners},
        "times the CPU of auth-service": {
            corner.who.name: {
                call: round(statistics.median(each) / statistics.median(ours.micros[call]), 1)
                for call, each in corner.micros.items()
                if call in ours.micros
            }
            for corner in corners
            if corner is not ours
        },
        "not measured, for want of Node": left_out,
    }


def _found(corner: Corner) -> dict[str, object]:
    return {
        "hashes with": corner.who.hashes_with,
        "seconds to the first answer": round(corner.server.seconds_to_start, 2),
        "MiB resident": round(corner.server.resident_bytes() / 2**20),
        "cpu": {
            call: {
                "median": round(statistics.median(each)),
                "lowest": round(min(each)),
                "highest": round(max(each)),
            }
            for call, each in corner.micros.items()
        },
        **corner.storm,
    }
