"""What one worker holds of the memory after a million requests, to what it held before.

Four clients ask without pause who they are, have their tokens verified and trade them, seven to two to one. The first
requests are not counted: what is made when it is needed first is there then.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.peers.calls import me, refresh, verify
from bench.peers.contestants import US
from bench.peers.corner import Corner, log_in_anew, settle_in
from bench.peers.server import free_port, running
from bench.peers.wire import Connection, Request

_SERVERS_CORE, _CLIENTS_CORE = 0, 1
_CLIENTS: Final = 4
_MIX: Final = (*[me] * 7, *[verify] * 2, refresh)
_WARM_UP: Final = 20_000
_STAGES: Final = 10


async def measure(*, quick: bool) -> dict[str, object]:
    """Return MiB before and after each tenth of the requests."""
    stage = 1_000 if quick else 100_000
    os.sched_setaffinity(0, {_CLIENTS_CORE})
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = EmbeddedPostgres(folder / "postgres").start()
        stack.callback(database.stop)
        database.create_database()
        port = free_port()
        start = US.start(port, database.url().replace("+asyncpg", ""), folder)
        assert start is not None
        server = await stack.enter_async_context(
            running(start, port, core=_SERVERS_CORE, probe=Request("GET", "/health/live"))
        )
        corner = Corner(who=US, server=server)
        started = server.resident_bytes()
        await settle_in(corner)
        await _ask(corner, _WARM_UP // 10 if quick else _WARM_UP)
        held = [server.resident_bytes()]
        for number in range(_STAGES):
            print(f"  {number * stage:,} of {_STAGES * stage:,}", file=sys.stderr)
            await log_in_anew(corner)
            await _ask(corner, stage)
            held.append(server.resident_bytes())
    return {
        "unit": "MiB",
        "requests": _STAGES * stage,
        "when started": _mebibytes(started),
        "before": _mebibytes(held[0]),
        "after each tenth": [_mebibytes(each) for each in held[1:]],
        "after / before": round(held[-1] / held[0], 3),
    }


async def _ask(corner: Corner, times: int) -> None:
    async def one(place: int) -> None:
        async with Connection(corner.server.port) as connection:
            for number in range(times // _CLIENTS):
                await _MIX[number % len(_MIX)](corner, place, connection.ask)

    await asyncio.gather(*(one(place) for place in range(_CLIENTS)))


def _mebibytes(number: int) -> float:
    return round(number / 2**20, 1)
