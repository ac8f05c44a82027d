"""Does the process run, and can it serve?"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from auth_core import AccessCheckMode
from auth_http.routers import health
from auth_http.settings import Settings
from tests.unit.http.service import Service, a_service


async def test_a_process_that_answers_is_alive_whatever_it_can_do(service: Service) -> None:
    service.parts.checks.found = {"database": "does not answer"}
    answer = await service.ask("GET", "/health/live")

    assert (answer.status, answer.json()) == (200, {"status": "alive"})


async def test_a_process_with_everything_it_needs_is_ready(service: Service) -> None:
    await service.auth.revocation.follow()
    answer = await service.ask("GET", "/health/ready")

    assert answer.status == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "keys": "ok"}, "warnings": {}}


async def test_a_process_that_hears_of_no_revocations_serves_and_warns(service: Service) -> None:
    answer = await service.ask("GET", "/health/ready")

    assert answer.status == 200
    assert answer.json()["warnings"] == {"revocations": "out of date; the database is asked instead"}


async def test_a_process_that_asks_the_database_follows_nothing_and_warns_of_nothing() -> None:
    service = await a_service(Settings(access_check=AccessCheckMode.DATABASE))
    answer = await service.ask("GET", "/health/ready")

    assert answer.json()["warnings"] == {}


@pytest.mark.covers("PRC-02", "PRC-10", "HTTP-23")
async def test_a_process_that_cannot_serve_says_why(service: Service) -> None:
    service.parts.checks.found = {"database": None, "keys": "no key signs", "serving": "stopping"}
    answer = await service.ask("GET", "/health/ready")

    assert (answer.status, answer.code) == (503, "not_ready")
    assert answer.json()["checks"] == {"keys": "no key signs", "serving": "stopping"}
    assert answer.header("retry-after") == "1"


async def test_a_check_that_never_ends_is_an_answer_too(service: Service) -> None:
    class Stuck:
        async def check(self) -> Mapping[str, str | None]:
            await asyncio.Event().wait()
            raise AssertionError

    checks = await health.checked(Stuck(), within=timedelta(0))

    assert checks == {"checks": "take too long"}


async def test_health_can_be_asked_by_head(service: Service) -> None:
    answer = await service.ask("HEAD", "/health/ready")

    assert (answer.status, answer.body) == (200, b"")
