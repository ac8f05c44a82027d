"""The service as it is run: two processes, bcrypt, HTTP, and somebody who guesses as fast as they can."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_core import Redacted
from tests.integration.operations.service_process import ServiceProcess, serving
from tests.integration.postgres.questions import scalar
from tests.integration.redis_server import redis_running

PASSWORD: Final = "correct horse battery staple"
_FAILED: Final = """
    SELECT count(*) FROM auth.audit_events e JOIN auth.users u ON u.id = e.subject
     WHERE e.kind = 'login.failed' AND u.email_canonical = :email
"""


def settings_for(address: Redacted[str], **more: str) -> dict[str, str]:
    return {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": hashlib.sha256(b"of this test").hexdigest(),
        "AUTH_BCRYPT_COST": "4",
        "AUTH_HASHING_WAIT_SECONDS": "60",
        **more,
    }


@asynccontextmanager
async def client_of(service: ServiceProcess) -> AsyncGenerator[httpx2.AsyncClient]:
    # A connection for each request: the processes accept them as they come.
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=0)
    url = f"http://127.0.0.1:{service.port}"
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
        yield client


async def log_in(client: httpx2.AsyncClient, email: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
    sent = {name.replace("_", "-"): value for name, value in {"Device_Token": "", **headers}.items()}
    return await client.post("/auth/login", json={"email": email, "password": password}, headers=sent)


async def register(client: httpx2.AsyncClient, email: str) -> None:
    document: dict[str, Any] = {"email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
    assert (await client.post("/auth/register", json=document)).status_code == 201


@pytest.mark.covers("THR-02", "THR-03", "THR-04", "THR-07", "THR-10")
async def test_of_200_guesses_at_once_10_are_looked_at_and_a_restart_forgets_none(
    address: Redacted[str], operator: AsyncEngine, tmp_path: Path
) -> None:
    email = "ada@example.com"
    settings = settings_for(address, AUTH_THROTTLE_SOURCE="5000/1h")
    with serving("--workers", "2", folder=tmp_path, settings=settings) as service:
        async with client_of(service) as client:
            await register(client, email)
            known = (await log_in(client, email)).headers["device-token"]

            answers = await asyncio.gather(
                *(
                    log_in(client, email, "a wrong guess", X_Forwarded_For=f"198.51.100.{n}", X_Real_IP=f"192.0.2.{n}")
                    for n in range(200)
                )
            )

            assert service.said.count("Started server process") == 2
            assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 190}
            assert await scalar(operator, _FAILED, email=email) == 10
            waits = {int(answer.headers["retry-after"]) for answer in answers if answer.status_code == 429}
            assert waits <= set(range(340, 361))
            assert (await log_in(client, email)).status_code == 429
            assert (await log_in(client, email, Device_Token=known)).status_code == 200

    with serving(folder=tmp_path, settings=settings) as service:
        async with client_of(service) as client:
            assert (await log_in(client, email)).status_code == 429
            assert (await log_in(client, email, Device_Token=known)).status_code == 200


@pytest.mark.covers("THR-02", "THR-03")
async def test_the_same_holds_where_attempts_are_counted_in_redis(
    address: Redacted[str], operator: AsyncEngine, tmp_path: Path
) -> None:
    email = "grace@example.com"
    with (
        redis_running(tmp_path / "redis") as redis,
        serving(
            "--workers",
            "2",
            folder=tmp_path,
            settings=settings_for(
                address,
                AUTH_THROTTLE_SOURCE="5000/1h",
                AUTH_THROTTLE_REDIS_URL=redis,
                AUTH_THROTTLE_REDIS_SECONDS="5",
            ),
        ) as service,
    ):
        async with client_of(service) as client:
            await register(client, email)
            answers = await asyncio.gather(*(log_in(client, email, "a wrong guess") for _ in range(200)))

    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 190}
    assert await scalar(operator, _FAILED, email=email) == 10
