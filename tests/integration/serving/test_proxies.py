"""The same requests through the proxies as shipped: what a proxy takes for one request is never two for us."""

import json
import re
import threading
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from auth_core import Redacted
from tests.integration.operations.service_process import ServiceProcess, eventually, serving
from tests.integration.serving.conftest import SETTINGS
from tests.integration.serving.framing_cases import CASES, Case
from tests.integration.serving.proxies import HOW_TO_GET_THEM, PROGRAMS, Program, Proxy, is_required, running
from tests.integration.serving.wire import exchange


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda program: program.name)
def proxy_program(request: pytest.FixtureRequest) -> Program:
    """A proxy that is installed. Where it is not, the end of the run says what was not tried, and how to mend it."""
    program: Program = request.param
    if program.path is None:
        missing = f"deploy/{program.name}.* is not tried: {program.name} is not installed. {HOW_TO_GET_THEM}"
        if is_required():
            pytest.fail(missing)
        pytest.skip(missing)
    return program


@pytest.fixture(scope="module")
def proxy(
    proxy_program: Program, service: ServiceProcess, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Proxy]:
    with running(proxy_program, service.port, folder=tmp_path_factory.mktemp(proxy_program.name)) as proxy:
        eventually(lambda: 200 in exchange(proxy.site.https, asked("probe-000"), tls=True).statuses, within=10)
        yield proxy


def asked(request_id: str, *fields: bytes) -> bytes:
    head = (b"GET /health/live HTTP/1.1", b"Host: auth.example.com", b"X-Request-ID: " + request_id.encode(), *fields)
    return b"\r\n".join(head) + b"\r\n\r\n"


def addressed(pieces: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return what is sent with the name the proxies know, which is as long."""
    return tuple(piece.replace(b"Host: auth.example\r\n", b"Host: auth.example.com\r\n") for piece in pieces)


def taken(log: str, *ids: str) -> Counter[str]:
    """Count how often requests with these ids were taken for requests, by their lines in a log."""
    found = re.findall(r'"request_id": ?"([^"]*)"', "\n".join(line for line in log.splitlines() if '"path"' in line))
    return Counter(each for each in found if each in ids)


def served(log: str, *ids: str) -> Counter[str]:
    """Count the same in the log of the service."""
    lines = (json.loads(line) for line in log.splitlines() if '"event": "request"' in line)
    return Counter(line["request_id"] for line in lines if line["request_id"] in ids)


@pytest.mark.covers("HTTP-12")
def test_what_a_proxy_takes_for_one_request_is_not_two_for_us(proxy: Proxy, service: ServiceProcess) -> None:
    sent = [Sent(proxy, case, number) for number, case in enumerate(CASES)]
    with ThreadPoolExecutor(4) as at_once:
        found = at_once.map(Sent.fault, sent)
        faults = {each.case.name: fault for each, fault in zip(sent, found, strict=True)}
    eventually(lambda: all(taken(proxy.said, each.after) for each in sent), within=10)

    for each in sent:
        by_proxy = taken(proxy.said, each.outer, each.inner)
        by_us = served(service.said, each.outer, each.inner)
        if by_us[each.inner] > by_proxy[each.inner] or by_us[each.outer] > 1:
            faults[each.case.name] = f"the proxy saw {by_proxy}, and we {by_us}"
    assert not {name: fault for name, fault in faults.items() if fault}


@dataclass(frozen=True, slots=True)
class Sent:
    """A case on its way through a proxy, and whoever comes after it."""

    proxy: Proxy
    case: Case
    number: int

    @property
    def outer(self) -> str:
        return f"case-{self.number:03}" + self.proxy.name[:1]

    @property
    def inner(self) -> str:
        return f"case-{self.number:03}-inne" + self.proxy.name[:1]

    @property
    def after(self) -> str:
        return self.outer + "-after"

    def fault(self) -> str | None:
        """Send it; return what is wrong with what comes back, to it or to the next one over the same connection."""
        port = self.proxy.site.https
        said = exchange(port, *addressed(self.case.pieces(self.outer, self.inner)), tls=True)
        next_one = exchange(port, asked(self.after, b"Connection: close"), tls=True)
        if len(said.statuses) > 2:
            return f"it was answered {said.statuses}"
        if next_one.statuses != [200] or f"x-request-id: {self.after}".encode() not in next_one.received.lower():
            return f"whoever came next got {next_one.received[:200]!r}"
        return None


@pytest.mark.covers("THR-04", "HTTP-12")
def test_nobody_behind_a_proxy_says_where_they_came_from(proxy: Proxy, service: ServiceProcess) -> None:
    forged = (
        b"X-Forwarded-For: 192.0.2.66",
        b"X-Forwarded-For: 192.0.2.67, 127.0.0.1",
        b"X-Forwarded-Host: evil.example",
        b"X-Forwarded-Proto: http",
        b"X-Real-IP: 192.0.2.66",
        b"Forwarded: for=192.0.2.66",
        b"True-Client-IP: 192.0.2.66",
    )
    body = json.dumps({"email": f"{proxy.name}@example.com", "password": "wrong horse battery staple"}).encode()
    head = (
        b"POST /auth/login HTTP/1.1",
        b"Host: auth.example.com",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        f"X-Request-ID: {proxy.name}-forged".encode(),
        *forged,
    )

    said = exchange(proxy.site.https, b"\r\n".join(head) + b"\r\n\r\n" + body, tls=True)

    assert said.statuses == [401]
    assert "192.0.2.6" not in proxy.said


@pytest.mark.covers("HTTP-02", "HTTP-13")
def test_the_proxy_itself_answers_for_what_is_not_for_us(proxy: Proxy, service: ServiceProcess) -> None:
    elsewhere = asked(f"{proxy.name}-elsewhere").replace(b"auth.example.com", b"evil.example.org")
    ready = asked(f"{proxy.name}-ready").replace(b"/health/live", b"/health/ready")

    assert exchange(proxy.site.https, elsewhere, tls=True).statuses == [421]
    assert exchange(proxy.site.https, ready, tls=True).statuses == [404]
    assert exchange(proxy.site.http, asked("plain")).statuses == [308]
    assert exchange(proxy.site.http, b"POST /auth/login HTTP/1.1\r\nHost: auth.example.com\r\n\r\n").statuses == [403]
    assert not served(service.said, f"{proxy.name}-elsewhere", f"{proxy.name}-ready")


@pytest.mark.covers("PRC-02")
def test_a_service_that_stops_behind_a_proxy_loses_no_request(
    proxy_program: Program, address: Redacted[str], tmp_path: Path
) -> None:
    drains = {"AUTH_DRAIN_SECONDS": "3", "AUTH_KEEP_ALIVE_SECONDS": "10"}
    settings = {**SETTINGS, **drains, "AUTH_DATABASE_URL": address.reveal()}
    over, answers = threading.Event(), Counter[str]()
    with (
        serving(folder=tmp_path, settings=settings) as one,
        serving(folder=tmp_path, settings=settings) as other,
        running(proxy_program, one.port, other.port, folder=tmp_path / "proxy") as proxy,
        ThreadPoolExecutor(3) as clients,
    ):

        def ask_on() -> None:
            while not over.is_set():
                said = exchange(proxy.site.https, asked("load", b"Connection: close"), tls=True, quiet=10)
                answers[str(said.statuses)] += 1

        asking = [clients.submit(ask_on) for _ in range(3)]
        try:
            eventually(lambda: answers.total() > 20, within=20)
            assert one.end() == 0
            enough = answers.total() + 20
            eventually(lambda: answers.total() > enough, within=20)
        finally:
            over.set()
        for each in asking:
            each.result()

    assert set(answers) == {"[200]"}
