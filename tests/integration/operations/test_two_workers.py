"""One refresh chain, and two processes that serve it."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_core import Redacted
from tests.integration.operations.service_process import ServiceProcess, serving

PERSON = {"email": "ada@example.com", "password": "correct horse battery staple"}


@pytest.fixture(scope="module")
def service(address: Redacted[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    settings = {"AUTH_ENV": "test", "AUTH_DATABASE_URL": address.reveal(), "AUTH_BCRYPT_COST": "4"}
    with serving("--workers", "2", folder=tmp_path_factory.mktemp("service"), settings=settings) as service:
        names = {"first_name": "Ada", "last_name": "Lovelace"}
        assert service.ask("POST", "/auth/register", {**PERSON, **names})[0] == 201
        yield service


@pytest.fixture
async def client(service: ServiceProcess) -> AsyncGenerator[httpx2.AsyncClient]:
    # A connection for each request: the processes accept them as they come.
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=0)
    url = f"http://127.0.0.1:{service.port}"
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
        yield client


@pytest.fixture
async def rows(address: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    engine = create_async_engine(address.reveal())
    yield engine
    await engine.dispose()


async def log_in(client: httpx2.AsyncClient) -> dict[str, str]:
    answer = await client.post("/auth/login", json=PERSON)
    assert answer.status_code == 200
    return dict(answer.json())


async def refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post("/auth/refresh", json={"refresh_token": token})


async def minutes_pass(rows: AsyncEngine, minutes: int) -> None:
    """Let every chain have moved so much longer ago."""
    async with rows.begin() as connection:
        await connection.execute(
            text("UPDATE auth.sessions SET advanced_at = advanced_at - make_interval(mins => :minutes)"),
            {"minutes": minutes},
        )


async def events_of(rows: AsyncEngine, kind: str) -> int:
    async with rows.connect() as connection:
        found = await connection.execute(
            text("SELECT count(*) FROM auth.audit_events WHERE kind = :kind"), {"kind": kind}
        )
        return int(found.scalar_one())


@pytest.mark.covers("RFR-06")
async def test_a_hundred_presentations_of_one_link_get_one_successor(
    service: ServiceProcess, client: httpx2.AsyncClient, rows: AsyncEngine
) -> None:
    tokens = await log_in(client)

    answers = await asyncio.gather(*(refresh(client, tokens["refresh_token"]) for _ in range(100)))

    assert service.said.count("Started server process") == 2
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    async with rows.connect() as connection:
        generations = await connection.execute(text("SELECT generation FROM auth.sessions WHERE ended_at IS NULL"))
        assert 1 in generations.scalars().all()
    me = await client.get("/auth/me", headers={"Authorization": f"Bearer {answers[0].json()['access_token']}"})
    assert me.status_code == 200
    assert (await refresh(client, successor)).status_code == 200
    assert await events_of(rows, "refresh_token.reused") == 0


@pytest.mark.covers("RFR-03", "RFR-07")
async def test_an_answer_that_was_lost_is_given_again(client: httpx2.AsyncClient) -> None:
    tokens = await log_in(client)
    lost = await refresh(client, tokens["refresh_token"])

    retried = await refresh(client, tokens["refresh_token"])

    assert retried.json()["refresh_token"] == lost.json()["refresh_token"]


@pytest.mark.covers("RFR-04", "RFR-22")
async def test_a_stolen_link_ends_the_session_for_both(client: httpx2.AsyncClient, rows: AsyncEngine) -> None:
    stolen = (await log_in(client))["refresh_token"]
    owner = (await refresh(client, stolen)).json()
    bearer = {"Authorization": f"Bearer {owner['access_token']}"}
    before = await events_of(rows, "refresh_token.reused")
    await minutes_pass(rows, 1)

    theft = await refresh(client, stolen)

    assert (theft.status_code, theft.json()["code"]) == (401, "invalid_refresh_token")
    assert (await refresh(client, owner["refresh_token"])).status_code == 401
    async with asyncio.timeout(2):  # the worker that did not end it is told of it
        while (me := await client.get("/auth/me", headers=bearer)).status_code == 200:
            await asyncio.sleep(0.01)
    assert (me.status_code, me.json()["code"]) == (401, "revoked_token")
    assert await events_of(rows, "refresh_token.reused") == before + 1
