"""The line of a request."""

import pytest
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from auth_http.middleware.access_log import AccessLog
from tests.unit.http.asgi import ask


class _Route:
    def __init__(self, path: str) -> None:
        self.path = path


def answering(status: int, *, route: str | None = None) -> AccessLog:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if route:
            scope["route"] = _Route(route)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return AccessLog(app)


@pytest.mark.covers("R-L1", "HTTP-20", "RST-11")
async def test_the_line_tells_the_route_and_not_what_was_written_in_the_address() -> None:
    with capture_logs() as lines:
        await ask(
            answering(204, route="/auth/sessions/{session_id}"), "DELETE", "/auth/sessions/canary", query=b"canary=1"
        )

    (line,) = lines
    assert {key: line[key] for key in ("event", "log_level", "method", "route", "status")} == {
        "event": "request",
        "log_level": "info",
        "method": "DELETE",
        "route": "/auth/sessions/{session_id}",
        "status": 204,
    }
    assert line["duration_ms"] >= 0
    assert "canary" not in repr(line)


async def test_an_address_without_a_route_is_not_told() -> None:
    with capture_logs() as lines:
        await ask(answering(404), "GET", "/canary")

    assert lines[0]["route"] is None
    assert "canary" not in repr(lines)


@pytest.mark.covers("HTTP-20", "HTTP-22")
async def test_a_method_of_the_callers_invention_is_not_told() -> None:
    with capture_logs() as lines:
        await ask(answering(405), 'X"}\n', "/")

    assert lines[0]["method"] == "OTHER"


@pytest.mark.parametrize(("status", "level"), [(200, "debug"), (503, "info")])
async def test_health_checks_are_logged_quietly_while_all_is_well(status: int, level: str) -> None:
    with capture_logs() as lines:
        await ask(answering(status, route="/health/ready"), "GET", "/health/ready")

    assert lines[0]["log_level"] == level


async def test_a_request_without_an_answer_has_a_line_too() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        pass

    with capture_logs() as lines:
        await ask(AccessLog(silent), "GET", "/")

    assert lines[0]["status"] == 499
