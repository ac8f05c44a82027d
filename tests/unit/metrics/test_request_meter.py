"""Requests are counted by names of ours, however callers name things."""

import pytest
from starlette.types import Receive, Scope, Send

from auth_http.metrics.requests import BOUNDS, Durations, RequestTally
from auth_http.middleware.request_meter import RequestMeter
from tests.unit.http.asgi import ask
from tests.unit.metrics.measured import measured


async def test_a_request_is_counted_by_the_template_of_its_route() -> None:
    of = await measured()
    held = await of.service.signed_in()
    for _ in range(3):
        await of.service.ask(
            "DELETE", "/auth/sessions/0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", token=held["access_token"]
        )

    route = {"route": "/auth/sessions/{session_id}", "method": "DELETE"}
    assert of.value("auth_http_requests_total", status="404", **route) == 3
    assert of.value("auth_http_request_duration_seconds_count", **route) == 3
    assert of.value("auth_http_request_duration_seconds_bucket", le="+Inf", **route) == 3
    assert of.value("auth_http_requests_total", route="/auth/login", method="POST", status="200") == 1


@pytest.mark.covers("HTTP-22", "HTTP-21")
async def test_whatever_callers_invent_the_series_stay_few() -> None:
    of = await measured()
    for number in range(20):
        await of.service.ask("GET", f"/canary-{number}", query=b"canary=1")
        await of.service.ask(f"CANARY{number}", "/auth/login")
        await of.service.ask("GET", f"/auth/sessions/canary-{number}", headers=((b"x-canary", b"canary"),))

    counted = of.process.requests.statuses
    assert sum(counted.values()) == 60
    assert len(counted) <= 4
    assert ("none", "GET", 404) in counted
    assert {method for _, method, _ in counted} == {"GET", "OTHER"}
    assert "canary" not in of.text().lower()


async def test_a_head_is_counted_as_one_under_the_route_it_asked_for() -> None:
    of = await measured()
    await of.service.ask("HEAD", "/health/live")

    assert of.process.requests.statuses == {("/health/live", "HEAD", 200): 1}


async def test_what_ends_without_an_answer_or_in_an_error_is_counted_too() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/broken":
            raise OSError

    tally = RequestTally()
    await ask(RequestMeter(silent, tally), "GET", "/")
    with pytest.raises(OSError):  # noqa: PT011 - there is nothing to match
        await ask(RequestMeter(silent, tally), "GET", "/broken")

    assert tally.statuses == {("none", "GET", 499): 2}


async def test_what_is_no_request_is_handed_on_uncounted() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> None: ...

    tally = RequestTally()
    await RequestMeter(app, tally)({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type]  # never called

    assert seen == ["lifespan"]
    assert not tally.statuses


def test_a_duration_counts_in_the_first_bucket_that_holds_it() -> None:
    durations = Durations()
    for seconds in (0.0005, 0.001, 0.0011, 10.0, 10.1):
        durations.add(seconds)

    assert durations.counts[:2] == [2, 1]
    assert durations.counts[-2:] == [1, 1]
    assert sum(durations.counts) == 5
    assert durations.seconds == pytest.approx(20.1026)
    assert len(durations.counts) == len(BOUNDS) + 1
