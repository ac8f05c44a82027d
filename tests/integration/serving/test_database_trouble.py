"""A database that is slow, silent, away or taken up: every answer comes in time and says the truth, and it passes.

The service is a process of its own, and what troubles it is a line to a real PostgreSQL.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres import migrate
from auth_core import Redacted
from tests.integration.embedded.starting import embedded, stop
from tests.integration.operations.service_process import ServiceProcess, serving
from tests.integration.serving.conftest import SETTINGS
from tests.integration.serving.troubled_line import TroubledLine, troubled_line

PERSON = {"email": "ada@example.com", "password": "correct horse battery staple"}
PATIENCE = 1.0
CONNECT = 0.5
LONGEST = 2 * PATIENCE * 1.2 + 1
"""Seconds within which everybody has an answer: they wait for a connection, and then for its answer; and the machine
that runs the tests is slow at times.
"""


class Asker:
    """A client of the service, and somebody who is signed in."""

    def __init__(self, service: ServiceProcess, client: httpx2.AsyncClient) -> None:
        self.service = service
        self._client = client
        self._tokens: dict[str, Any] = {}

    async def sign_in(self) -> None:
        await self.ask("POST", "/auth/register", {**PERSON, "first_name": "Ada", "last_name": "Lovelace"})
        self._tokens = (await self.ask("POST", "/auth/login", PERSON)).json()

    async def ask(self, method: str, path: str, document: object = None) -> httpx2.Response:
        held = self._tokens.get("access_token")
        headers = {"Authorization": f"Bearer {held}"} if held else {}
        return await self._client.request(method, path, json=document, headers=headers)

    async def refresh(self) -> httpx2.Response:
        return await self.ask("POST", "/auth/refresh", {"refresh_token": self._tokens["refresh_token"]})

    async def log_in(self) -> httpx2.Response:
        return await self.ask("POST", "/auth/login", PERSON)

    async def profile(self) -> httpx2.Response:
        return await self.ask("GET", "/auth/me")

    async def verify(self) -> httpx2.Response:
        return await self.ask("POST", "/auth/verify", {"token": self._tokens["access_token"]})

    async def live(self) -> httpx2.Response:
        return await self.ask("GET", "/health/live")

    async def ready(self) -> httpx2.Response:
        return await self.ask("GET", "/health/ready")

    @property
    def follows_revocations(self) -> bool:
        """Whether the last that was said of it is that it does."""
        said = self.service.said
        return said.rfind('"revocations_stale"') <= said.rfind('"revocations_current"')

    async def is_well(self) -> bool:
        """Say whether everything works: reading, writing, signing in."""
        calls = (self.refresh, self.log_in, self.profile, self.verify, self.ready)
        return [(await call()).status_code for call in calls] == [200] * len(calls)


@asynccontextmanager
async def served(through: Redacted[str], folder: Path) -> AsyncGenerator[Asker]:
    """Serve through a line that this very loop works for: so starting and stopping must not block it."""
    settings = {
        **SETTINGS,
        "AUTH_DATABASE_URL": through.reveal(),
        "AUTH_DATABASE_TIMEOUT_SECONDS": str(PATIENCE),
        "AUTH_DATABASE_CONNECT_SECONDS": str(CONNECT),
        "AUTH_DATABASE_POOL_SIZE": "4",
        "AUTH_KEEP_ALIVE_SECONDS": "30",
        "AUTH_REQUEST_SECONDS": "30",
        "AUTH_THROTTLE": "false",  # a crowd of one person's log-ins is what is wanted
        "AUTH_REVOCATION_LAG_SECONDS": "60",  # on a busy machine the troubles here take more than the usual five
    }
    context = serving(folder=folder, settings=settings)
    service = await asyncio.to_thread(context.__enter__)
    try:
        url = f"http://127.0.0.1:{service.port}"
        new_ones = httpx2.Limits(max_keepalive_connections=0)  # so that open files are those of the service itself
        async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=new_ones) as client:
            asker = Asker(service, client)
            await asker.sign_in()
            assert await asker.is_well()
            yield asker
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


@pytest.fixture
async def line(calm_line: tuple[TroubledLine, Asker]) -> tuple[TroubledLine, Asker]:
    """Give the line once nothing is left of the trouble before: revocations are followed again, too."""
    _, asker = calm_line
    async with asyncio.timeout(20):
        while not asker.follows_revocations:
            await asyncio.sleep(0.05)
    await crowd(asker.profile, asker.refresh, of=4)
    return calm_line


@pytest.fixture(scope="module")
async def calm_line(
    address: Redacted[str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[tuple[TroubledLine, Asker]]:
    async with troubled_line(address) as (line, through), served(through, tmp_path_factory.mktemp("service")) as asker:
        yield line, asker


async def crowd(*calls: Callable[[], Awaitable[httpx2.Response]], of: int) -> list[tuple[httpx2.Response, float]]:
    """Ask so often at once; return every answer, and after how many seconds it came."""

    async def timed(call: Callable[[], Awaitable[httpx2.Response]]) -> tuple[httpx2.Response, float]:
        began = time.monotonic()
        return await call(), time.monotonic() - began

    return await asyncio.gather(*(timed(calls[number % len(calls)]) for number in range(of)))


def assert_honest(answers: list[tuple[httpx2.Response, float]]) -> None:
    """Each is a 503 that says when to come back, and came in time."""
    for answer, seconds in answers:
        assert answer.status_code == 503
        assert answer.json()["code"] in ("unavailable", "outcome_unknown", "busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert seconds < LONGEST


async def seconds_until_well(asker: Asker, *, within: float = 20) -> float:
    began = time.monotonic()
    while not await asker.is_well():
        assert time.monotonic() < began + within, "it does not recover"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.covers("DB-12", "DB-03", "PRC-10", "PRC-04")
async def test_while_the_database_is_silent_everybody_is_answered_in_time_and_then_it_passes(
    line: tuple[TroubledLine, Asker],
) -> None:
    network, asker = line
    files = open_files(asker.service)
    network.swallow()
    try:
        first = await crowd(asker.refresh, asker.log_in, asker.profile, of=24)
        began = time.monotonic()
        assert (await asker.live()).status_code == 200
        assert time.monotonic() - began < 1
        assert (await asker.verify()).status_code == 200, "what was revoked is known to the last look at least"
        ready = await asker.ready()
        # By now the old connections are given up, and it is new ones that stay silent.
        second = await crowd(asker.refresh, asker.log_in, asker.profile, of=24)
    finally:
        network.recover()

    assert_honest(first)
    assert_honest(second)
    assert ready.status_code == 503
    took = await seconds_until_well(asker)
    assert took < 1
    assert open_files(asker.service) <= files + 2


@pytest.mark.covers("DB-12")
async def test_a_silent_database_that_speaks_again_is_noticed_within_a_second_also_by_those_who_wait(
    line: tuple[TroubledLine, Asker],
) -> None:
    network, asker = line
    network.swallow()
    assert_honest(await crowd(asker.refresh, asker.log_in, asker.profile, of=24))
    waiting = asyncio.create_task(crowd(asker.refresh, asker.log_in, asker.profile, of=24))
    await asyncio.sleep(0.1)  # every place in the pools is taken by somebody who waits for a connection

    network.recover()

    assert await seconds_until_well(asker) < CONNECT + 1
    assert Counter(answer.status_code for answer, _ in await waiting).keys() <= {200, 503}


@pytest.mark.covers("DB-12", "DB-05", "DB-11")
async def test_while_the_database_refuses_everybody_hears_it_at_once_and_then_it_passes(
    line: tuple[TroubledLine, Asker],
) -> None:
    network, asker = line
    await network.cut()
    try:
        answers = await crowd(asker.refresh, asker.log_in, asker.profile, of=24)
        assert (await asker.live()).status_code == 200
        assert (await asker.verify()).status_code == 200
        assert (await asker.ready()).status_code == 503
    finally:
        await network.join()

    assert_honest(answers)
    assert await seconds_until_well(asker) < 1


@pytest.mark.covers("DB-12")
async def test_a_line_that_is_slow_makes_answers_slow_and_nothing_else(line: tuple[TroubledLine, Asker]) -> None:
    network, asker = line
    network.latency = 0.05
    try:
        answers = await crowd(asker.refresh, asker.profile, of=4)
    finally:
        network.latency = 0.0

    assert Counter(answer.status_code for answer, _ in answers) == {200: 4}
    assert await asker.is_well()


@pytest.mark.covers("DB-12", "DB-09")
async def test_a_line_that_is_too_slow_is_given_up_and_then_it_passes(line: tuple[TroubledLine, Asker]) -> None:
    network, asker = line
    network.latency = 2 * PATIENCE
    try:
        answers = await crowd(asker.refresh, asker.log_in, asker.profile, of=8)
        assert (await asker.live()).status_code == 200
    finally:
        network.latency = 0.0

    assert_honest(answers)
    assert await seconds_until_well(asker) < 2 * PATIENCE + 1


@pytest.mark.covers("DB-03", "DB-09")
async def test_rows_that_somebody_holds_take_up_the_connections_and_only_those_calls_wait(
    address: Redacted[str], line: tuple[TroubledLine, Asker]
) -> None:
    _, asker = line
    engine = create_async_engine(make_url(address.reveal()))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT id FROM auth.users FOR UPDATE"))
            blocked = asyncio.create_task(crowd(asker.log_in, of=12))
            await asyncio.sleep(0.3)
            (reading, quickly), *_ = await crowd(asker.profile, of=1)
            assert (await asker.verify()).status_code == 200
            answers = await blocked
    finally:
        await engine.dispose()

    assert_honest(answers)
    assert (reading.status_code, quickly < PATIENCE) == (200, True), "single statements have connections of their own"
    assert await seconds_until_well(asker) < 1


@pytest.mark.covers("DB-05")
async def test_a_database_that_is_killed_under_load_and_started_again_is_back_within_a_second(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    server = await asyncio.to_thread(embedded(home).start)
    try:
        await asyncio.to_thread(server.create_database)
        address = Redacted(server.url())
        await migrate(address)
        async with troubled_line(address) as (network, through), served(through, tmp_path) as asker:
            load = asyncio.create_task(crowd(*[asker.refresh, asker.profile] * 200, of=400))
            await asyncio.sleep(0.2)
            os.kill(server.pid, signal.SIGKILL)
            ends = Counter(answer.status_code for answer, _ in await load)
            assert (await asker.live()).status_code == 200
            assert_honest(await crowd(asker.refresh, asker.log_in, of=8))

            server = await asyncio.to_thread(embedded(home).start)
            back = make_url(server.url())
            assert back.host is not None
            network.lead_to(back.host, back.port or 5432)
            took = await seconds_until_well(asker)
    finally:
        await asyncio.to_thread(stop, home)

    assert set(ends) <= {200, 503}
    assert took < 1


def open_files(service: ServiceProcess) -> int:
    return sum(1 for _ in Path(f"/proc/{service.process.pid}/fd").iterdir())
