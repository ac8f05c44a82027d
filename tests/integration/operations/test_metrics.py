"""Metrics of a running service: each process has its own, at its own port, and everybody else has none."""

import os
import re
import signal
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.integration.operations.service_process import command, eventually, serving

PERSON = {"email": "ada@example.com", "password": "correct horse battery staple"}


def neighbours(count: int) -> int:
    """Return the first of so many free ports in a row."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, count):
        try:
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def collected(port: int) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


def value(text: str, series: str) -> float:
    """The value of a series, 0 when it is not there yet."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def answers(port: int) -> bool:
    try:
        return bool(collected(port))
    except OSError:
        return False


@pytest.mark.covers("HTTP-23")
def test_each_worker_has_its_own_metrics_at_its_own_port(tmp_path: Path, settings: dict[str, str]) -> None:
    first = neighbours(2)
    settings |= {"AUTH_METRICS_PORT": str(first)}
    ports = (first, first + 1)
    with serving("--workers", "2", folder=tmp_path, settings=settings) as service:
        names = {"first_name": "Ada", "last_name": "Lovelace"}
        assert service.ask("POST", "/auth/register", {**PERSON, **names})[0] in (201, 409)
        for _ in range(20):
            assert service.ask("POST", "/auth/login", PERSON)[0] == 200
        texts = [collected(port) for port in ports]
        elsewhere, _ = service.ask("GET", "/metrics")
        series = 'auth_http_requests_total{method="POST",route="/auth/login",status="200"}'
        logged_in = [value(text, series) for text in texts]
        events = sum(value(text, 'auth_events_total{kind="login.succeeded"}') for text in texts)

        assert elsewhere == 404
        assert sum(logged_in) == 20
        assert events == 20
        assert all(value(text, "auth_revocation_current") == 1 for text in texts)
        assert all(0 <= value(text, "auth_revocation_staleness_seconds") < 5 for text in texts)
        assert all(value(text, "auth_hashing_average_seconds") > 0 for text in texts)
        assert all(PERSON["email"] not in text for text in texts)

        workers = [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", service.said)]
        os.kill(workers[0], signal.SIGKILL)
        eventually(lambda: len(re.findall(r"Started server process", service.said)) > len(workers))
        eventually(lambda: all(answers(port) for port in ports))
        assert service.end() == 0


def test_a_port_in_use_is_told_by_the_name_of_its_setting(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = command("serve", "--port", "0", folder=tmp_path, settings={**settings, "AUTH_METRICS_PORT": port})

    assert ended.returncode != 0
    assert f"Port {port} at 127.0.0.1 is in use. Choose another one with AUTH_METRICS_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr
