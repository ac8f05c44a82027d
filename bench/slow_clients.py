"""Five hundred slow connections beside a normal load: does anybody honest notice, and how long is each slow one let?

Honest clients refresh and ask who they are, open loop, so that whatever waits is counted from when it was due. The
service has a core to itself; clients, slow callers and the database share another, and the slow ones give way there, as
if they were on another machine. The database does not wait for its disk, or p99 would be the disk's.

Rounds without and with slow clients are pairs, whose order alternates, in one run against one process. Decided
beforehand: honest clients notice nothing when the median of the pairs' ratios of p99 is at most 1.2.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.machine import two_cores
from bench.service_process import serving
from bench.slow_callers import RAMP

SLOW: Final = 500
_A_SECOND: Final = 100
"""Honest requests."""
_CONNECTIONS: Final = 10
_SETTLE: Final = 2.0
"""Seconds that are not counted after five hundred have gone at once."""
MOST: Final = 1.2
LONGEST: Final = 15.0
"""Seconds a slow client may be let."""
_PERSON: Final = {"email": "ada@example.com", "password": "correct horse battery staple"}


class HonestClient:
    """One connection that is kept, and a person who is signed in."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._access = ""
        self._refresh = ""
        self._turn = 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def sign_in(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._keep(await self.ask("POST", "/auth/login", _PERSON))

    async def work(self) -> None:
        """Refresh, or ask for the profile, in turn."""
        self._turn += 1
        if self._turn % 2:
            self._keep(await self.ask("POST", "/auth/refresh", {"refresh_token": self._refresh}))
        else:
            await self.ask("GET", "/auth/me")

    async def ask(self, method: str, path: str, document: object = None) -> bytes:
        """Return the body of the answer. Raises: RuntimeError when it is no success."""
        body = b"" if document is None else json.dumps(document).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\n"
        if self._access:
            head += f"Authorization: Bearer {self._access}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        content = await self._reader.readexactly(length)
        if not answer.startswith(b"http/1.1 2"):
            raise RuntimeError(answer.decode())
        return content

    def _keep(self, answer: bytes) -> None:
        pair = json.loads(answer)
        self._access, self._refresh = pair["access_token"], pair["refresh_token"]


async def measure(*, quick: bool) -> dict[str, object]:
    """Return p50 and p99 of honest requests in milliseconds, with and without the slow ones."""
    pairs, seconds = (2, 6) if quick else (8, 12)
    without: list[list[float]] = []
    beside: list[list[float]] = []
    told: list[dict[str, Any]] = []

    async def round_without() -> None:
        without.append(await _load(clients, seconds))

    async def round_beside() -> None:
        found, slow = await _beside_slow_ones(port, clients, seconds)
        beside.append(found)
        told.append(slow)
        await _load(clients, _SETTLE)

    with tempfile.TemporaryDirectory() as folder, two_cores() as core:
        database = EmbeddedPostgres(Path(folder) / "postgres", unsafe_no_fsync=True).start()
        try:
            database.create_database()
            async with serving(_settings(database.url()), Path(folder), core=core) as address:
                port = int(address.rpartition(":")[2])
                clients = [HonestClient(port) for _ in range(_CONNECTIONS)]
                await _register(port)
                for client in clients:
                    await client.sign_in()
                    await client.ask("GET", "/openapi.json")  # it is made at the first time
                await _load(clients, 3)
                for number in range(pairs):
                    each = 2 * seconds + RAMP + _SETTLE
                    print(f"  pair {number + 1} of {pairs} … {each * (pairs - number):.0f} s left", file=sys.stderr)
                    for one in (round_without, round_beside) if number % 2 == 0 else (round_beside, round_without):
                        await one()
        finally:
            database.stop()
    return _result([_summary(each) for each in without], [_summary(each) for each in beside], told, seconds)


def _settings(database_url: str) -> dict[str, str]:
    return {
        "AUTH_ENV": "development",
        "AUTH_DATABASE_URL": database_url,
        "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",
        "AUTH_BCRYPT_COST": "4",
        "AUTH_THROTTLE": "false",
        "AUTH_MAIL": "off",
    }


def _result(
    without: Sequence[Mapping[str, float]],
    beside: Sequence[Mapping[str, float]],
    told: Sequence[Mapping[str, Any]],
    seconds: float,
) -> dict[str, object]:
    ratios = {
        name: [round(after[name] / before[name], 3) for before, after in zip(without, beside, strict=True)]
        for name in ("p50", "p99")
    }
    longest = max(slow[way]["longest_s"] for slow in told for way in ("head", "body", "reading"))
    return {
        "slow_connections": SLOW,
        "honest_requests_a_second": _A_SECOND,
        "pairs_of_rounds": len(told),
        "seconds_a_round": seconds,
        "unit": "ms",
        "without": without,
        "beside_slow_ones": beside,
        "slow_ones": told,
        "ratio": {
            name: {"median": round(median(each), 3), "lowest": min(each), "highest": max(each), "of_each_pair": each}
            for name, each in ratios.items()
        },
        "longest_s": longest,
        "met": {
            "honest ones notice nothing": median(ratios["p99"]) <= MOST,
            "slow ones are closed": longest <= LONGEST,
        },
    }


async def _register(port: int) -> None:
    client = HonestClient(port)
    client._reader, client._writer = await asyncio.open_connection("127.0.0.1", port)
    await client.ask("POST", "/auth/register", {**_PERSON, "first_name": "Ada", "last_name": "Lovelace"})


async def _load(clients: Sequence[HonestClient], seconds: float) -> list[float]:
    """Ask at a steady pace; return how long after its time each answer was there."""
    took: list[float] = []
    gc.collect()
    began = time.perf_counter()

    async def one(number: int, client: HonestClient) -> None:
        step = len(clients) / _A_SECOND
        due = began + number / _A_SECOND
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await client.work()
            took.append((time.perf_counter() - due) * 1000)
            due += step

    gc.disable()
    try:
        await asyncio.gather(*(one(number, client) for number, client in enumerate(clients)))
    finally:
        gc.enable()
    return took


async def _beside_slow_ones(
    port: int, clients: Sequence[HonestClient], seconds: float
) -> tuple[list[float], dict[str, object]]:
    """Let the slow ones come first, then measure while they hold on."""
    slow = await asyncio.create_subprocess_exec(
        *("chrt", "--idle", "0", sys.executable, "-m", "bench.slow_callers", str(port), str(SLOW)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert slow.stdout is not None
    await asyncio.gather(slow.stdout.readline(), _load(clients, RAMP))
    found = await _load(clients, seconds)
    said, _ = await slow.communicate()
    return found, json.loads(said)


def _summary(milliseconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {"p50": round(ordered[len(ordered) // 2], 2), "p99": round(ordered[int(len(ordered) * 0.99)], 2)}
