"""Five hundred slow connections beside a normal load: does anybody honest notice, and how long is each slow one let?

Honest clients refresh and ask who they are, open loop, so that whatever waits is counted from when it was due. Rounds
without and with slow clients take turns, in one run against one process; what is told is the ratio of their medians.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench.service_process import serving
from bench.slow_callers import RAMP

SLOW: Final = 500
_A_SECOND: Final = 100
"""Honest requests."""
_CONNECTIONS: Final = 10
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
    rounds, seconds = (1, 5) if quick else (5, 10)
    settings = {"AUTH_ENV": "development", "AUTH_BCRYPT_COST": "4", "AUTH_THROTTLE": "false", "AUTH_DATA_DIR": ".data"}
    with tempfile.TemporaryDirectory() as folder:
        async with serving(settings, Path(folder)) as address:
            port = int(address.rpartition(":")[2])
            clients = [HonestClient(port) for _ in range(_CONNECTIONS)]
            await _register(port)
            for client in clients:
                await client.sign_in()
                await client.ask("GET", "/openapi.json")  # it is made at the first time
            await _load(clients, 3)
            without: list[dict[str, float]] = []
            beside: list[dict[str, float]] = []
            told: list[dict[str, object]] = []
            for _ in range(rounds):
                without.append(_summary(await _load(clients, seconds)))
                found, slow = await _beside_slow_ones(port, clients, seconds)
                beside.append(_summary(found))
                told.append(slow)
    return {
        "slow_connections": SLOW,
        "honest_requests_a_second": _A_SECOND,
        "rounds": rounds,
        "seconds_a_round": seconds,
        "unit": "ms",
        "without": without,
        "beside_slow_ones": beside,
        "slow_ones": told,
        "ratio": {
            name: round(median(each[name] for each in beside) / median(each[name] for each in without), 3)
            for name in ("p50", "p99")
        },
    }


async def _register(port: int) -> None:
    client = HonestClient(port)
    client._reader, client._writer = await asyncio.open_connection("127.0.0.1", port)
    await client.ask("POST", "/auth/register", {**_PERSON, "first_name": "Ada", "last_name": "Lovelace"})


async def _load(clients: Sequence[HonestClient], seconds: float) -> list[float]:
    """Ask at a steady pace; return how long after its time each answer was there."""
    took: list[float] = []
    began = time.perf_counter()

    async def one(number: int, client: HonestClient) -> None:
        step = len(clients) / _A_SECOND
        due = began + number / _A_SECOND
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await client.work()
            took.append((time.perf_counter() - due) * 1000)
            due += step

    await asyncio.gather(*(one(number, client) for number, client in enumerate(clients)))
    return took


async def _beside_slow_ones(
    port: int, clients: Sequence[HonestClient], seconds: float
) -> tuple[list[float], dict[str, object]]:
    """Let the slow ones come first, then measure while they hold on."""
    slow = await asyncio.create_subprocess_exec(
        *("nice", "-n", "10", sys.executable, "-m", "bench.slow_callers", str(port), str(SLOW), str(seconds)),
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
