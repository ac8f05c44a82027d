"""Ourselves and the peers, on one PostgreSQL, in turns: what calls cost, what a log-in storm leaves, start, memory.

Every server has one core and one worker; the clients and the database have the other. A call's CPU is that of the
server's processes, whatever the machine does besides; ratios are between medians of one run. Everybody hashes as they
do by default; raw bcrypt takes its turn with them. The first `./dev bench side_by_side` installs the peers.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.peers.calls import a_round
from bench.peers.contestants import CONTESTANTS, US, Contestant, Start
from bench.peers.corner import Corner, Round, settle_in
from bench.peers.floor import FLOOR
from bench.peers.raw_hash import raw_bcrypt
from bench.peers.server import free_port, output_of, running
from bench.peers.storm import weather
from bench.peers.wire import Request

_SERVERS_CORE, _CLIENTS_CORE = 0, 1
_PROBE: Final = Request("GET", "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done."""

    rounds: int
    calls: int
    hashing: int
    storm_seconds: float
    starts: int


_QUICK: Final = Size(rounds=2, calls=80, hashing=2, storm_seconds=3, starts=1)
_FULL: Final = Size(rounds=5, calls=1_000, hashing=6, storm_seconds=24, starts=5)


@dataclass(slots=True, kw_only=True)
class Entry:
    """A contestant with a database of its own."""

    who: Contestant
    port: int
    start: Start
    seconds_to_start: list[float] = field(default_factory=list[float])
    mebibytes: list[float] = field(default_factory=list[float])


async def measure(*, quick: bool) -> dict[str, object]:
    """Return what each call costs each contestant, the ratios to ours and to the floor, and how they fare in storms."""
    size = _QUICK if quick else _FULL
    os.sched_setaffinity(0, {_CLIENTS_CORE})  # and with it the database, which we start
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = EmbeddedPostgres(folder / "postgres").start()
        stack.callback(database.stop)
        entries, left_out = _entries(database, folder)
        await _start_each(entries, times=size.starts)
        corners = [await _corner(entry, stack) for entry in entries]
        hashes: list[Round] = []
        for number in range(size.rounds):
            _say(f"round {number + 1} of {size.rounds}")
            hashes.append(await raw_bcrypt(size.hashing, core=_SERVERS_CORE))
            for corner in corners:
                await a_round(corner, size.calls, hashing=size.hashing)
        for corner in corners:
            if corner.who not in FLOOR:
                _say(f"storm at {corner.who.name}")
                await weather(corner, size.storm_seconds, clients=32, heeding=True, name="32 clients")
        ours = next(corner for corner in corners if corner.who is US)
        await weather(ours, size.storm_seconds, clients=128, heeding=False, name="128 clients that do not wait")
        return _report(entries, corners, hashes, left_out)


def _entries(database: EmbeddedPostgres, folder: Path) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    left_out: list[str] = []
    for number, who in enumerate((*FLOOR, *CONTESTANTS)):
        name, port = f"peer_{number}", free_port()
        home = folder / name
        home.mkdir()
        database.create_database(name)
        start = who.start(port, database.url(name).replace("+asyncpg", ""), home)
        if start is None:
            left_out.append(who.name)
        else:
            entries.append(Entry(who=who, port=port, start=start))
    return entries, left_out


async def _start_each(entries: Sequence[Entry], *, times: int) -> None:
    """Start each alone, once to make its tables and then to be timed."""
    for number in range(times + 1):
        _say(f"start {number} of {times}")
        for entry in entries:
            async with running(entry.start, entry.port, core=_SERVERS_CORE, probe=_PROBE) as server:
                if number:
                    entry.seconds_to_start.append(server.seconds_to_start)
                    entry.mebibytes.append(server.resident_bytes() / 2**20)


async def _corner(entry: Entry, stack: AsyncExitStack) -> Corner:
    server = await stack.enter_async_context(running(entry.start, entry.port, core=_SERVERS_CORE, probe=_PROBE))
    corner = Corner(who=entry.who, server=server)
    if entry.who.introspector is not None:
        corner.secret = await output_of(entry.start, entry.who.introspector(entry.start))
    await settle_in(corner)
    return corner


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


# ---- The report


def _report(
    entries: Sequence[Entry], corners: Sequence[Corner], hashes: Sequence[Round], left_out: Sequence[str]
) -> dict[str, object]:
    ours = next(corner for corner in corners if corner.who is US)
    floor = next(corner for corner in corners if corner.who in FLOOR)
    return {
        "unit": "µs of the server's CPU a call, and answers a second: medians of the rounds, with lowest and highest",
        "contestants": {
            corner.who.name: {
                "hashes with": corner.who.hashes_with,
                "seconds to the first answer": _spread(entry.seconds_to_start, digits=2),
                "MiB when started": round(statistics.median(entry.mebibytes)),
                "MiB at the end": round(corner.server.resident_bytes() / 2**20),
                "calls": {
                    name: {
                        "µs": _spread([each.micros for each in rounds]),
                        "a second": _spread([each.a_second for each in rounds], digits=1),
                    }
                    for name, rounds in corner.rounds.items()
                },
                "storms": corner.storms,
            }
            for entry, corner in zip(entries, corners, strict=True)
        },
        "times the CPU of auth-service": {
            corner.who.name: _ratios(_micros(corner), _micros(ours)) for corner in corners if corner is not ours
        },
        "auth-service, times the CPU of a route that does nothing": _ratios(_micros(ours), _micros(floor)),
        "raw bcrypt": {
            "µs": _spread([each.micros for each in hashes]),
            "a second": _spread([each.a_second for each in hashes], digits=2),
        },
        "a log-in of ours": {
            "CPU beyond the hash": round(_micros(ours)["log in"] / _median(hashes, "micros") - 1, 3),
            "rate, to raw bcrypt's": round(
                statistics.median(each.a_second for each in ours.rounds["log in"]) / _median(hashes, "a_second"), 3
            ),
        },
        "not measured, for want of Node": list(left_out),
    }


def _micros(corner: Corner) -> Mapping[str, float]:
    return {name: _median(rounds, "micros") for name, rounds in corner.rounds.items()}


def _median(rounds: Sequence[Round], what: str) -> float:
    return statistics.median(getattr(each, what) for each in rounds)


def _ratios(these: Mapping[str, float], those: Mapping[str, float]) -> Mapping[str, float]:
    return {name: round(micros / those[name], 2) for name, micros in these.items() if those.get(name)}


def _spread(values: Sequence[float], *, digits: int = 0) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "lowest": round(min(values), digits),
        "highest": round(max(values), digits),
    }
