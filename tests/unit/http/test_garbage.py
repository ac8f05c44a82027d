"""Requests leave next to nothing for the collector, which is why it is asked seldom: it would stop everybody else."""

import gc
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.unit.http.service import EMAIL, Service

type Visit = Callable[[Service, dict[str, Any]], Awaitable[object]]

_TIMES = 20


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


async def me(service: Service, held: dict[str, Any]) -> int:
    return (await service.ask("GET", "/auth/me", token=held["access_token"])).status


async def refresh(service: Service, held: dict[str, Any]) -> int:
    answer = await service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})
    held.update(answer.json())
    return answer.status


async def log_in(service: Service, _held: dict[str, Any]) -> int:
    return (await service.log_in()).status


async def log_in_by_a_wrong_password(service: Service, _held: dict[str, Any]) -> int:
    return (await service.log_in(email=f"not.{EMAIL}")).status


async def ask_for_nothing_there_is(service: Service, _held: dict[str, Any]) -> int:
    return (await service.ask("GET", "/nowhere")).status


async def send_what_does_not_fit(service: Service, _held: dict[str, Any]) -> int:
    return (await service.ask("POST", "/auth/login", {"email": EMAIL})).status


@pytest.mark.parametrize(
    ("visit", "status"),
    [
        (me, 200),
        (refresh, 200),
        (log_in, 200),
        (log_in_by_a_wrong_password, 401),
        (ask_for_nothing_there_is, 404),
        (send_what_does_not_fit, 422),
    ],
)
async def test_what_a_request_has_made_goes_with_it(service: Service, visit: Visit, status: int) -> None:
    held = await service.signed_in()
    assert await visit(service, held) == status
    gc.collect()

    for _ in range(_TIMES):
        await visit(service, held)

    assert gc.collect() < _TIMES
