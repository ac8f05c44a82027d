"""Clients that send or read too slowly lose their connection, and nobody else notices.

The service of these tests waits a second where it otherwise waits ten; what it waits by default is asserted beside the
rules (`tests/unit/serving/test_patience.py`).
"""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from auth_core import Redacted
from tests.integration.operations.service_process import ServiceProcess, eventually, serving
from tests.integration.serving import few_open_files
from tests.integration.serving.conftest import SETTINGS
from tests.integration.serving.wire import connect, exchange, seconds_until_closed

ROOT = Path(__file__).parents[3]
LIMIT = 1.25 + 1
"""The longest of the waits, and the time between two looks."""
SLACK = 1.5
POST = b"POST /auth/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
PING = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def dribble(connection: socket.socket, stopped: threading.Event, byte: bytes) -> None:
    """Send a byte five times a second."""
    while not stopped.wait(0.2):
        try:
            connection.sendall(byte)
        except OSError:
            return


def closed_after(port: int, first: bytes, dribbled: bytes) -> float | None:
    """Send what comes first and then byte by byte; return after how many seconds the service had enough."""
    stopped = threading.Event()
    with connect(port) as connection:
        if first:
            connection.sendall(first)
        slowly = threading.Thread(target=dribble, args=(connection, stopped, dribbled))
        slowly.start()
        try:
            return seconds_until_closed(connection, within=10)
        finally:
            stopped.set()
            slowly.join()


CHUNKED = POST.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
BYTE_BY_BYTE = {
    "empty lines": (b"", b"\r\n"),
    "a head that does not end": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a"),
    "a target that does not end": (b"GET /", b"a"),
    "HTTP/0.9": (b"GET /health/live\r\n", b"a"),
    "a body": (POST, b" "),
    "chunks": (CHUNKED, b"1\r\n \r\n"),
    "an extension of a chunk that does not end": (CHUNKED + b"1;", b"a"),
    "the body of a refused request": (POST.replace(b"Host: x", b"Host: x y"), b" "),
    "empty lines after an answer": (PING, b"\r\n"),
    "a second head": (PING + PING[:10], b"a"),
}
AND_NO_MORE = {"nothing": b"", "one request": PING, "half a head": PING[:20], "no body": POST}


@pytest.mark.covers("HTTP-02")
def test_whoever_sends_byte_by_byte_is_hung_up_on(service: ServiceProcess) -> None:
    with ThreadPoolExecutor(len(BYTE_BY_BYTE)) as at_once:
        found = at_once.map(lambda sent: closed_after(service.port, *sent), BYTE_BY_BYTE.values())
        took = dict(zip(BYTE_BY_BYTE, found, strict=True))

    assert not {name: seconds for name, seconds in took.items() if seconds is None or seconds > LIMIT + SLACK}


@pytest.mark.covers("HTTP-02")
def test_whoever_sends_no_more_is_hung_up_on(service: ServiceProcess) -> None:
    with ThreadPoolExecutor(len(AND_NO_MORE)) as at_once:
        found = at_once.map(lambda sent: closed_after(service.port, sent, b""), AND_NO_MORE.values())
        took = dict(zip(AND_NO_MORE, found, strict=True))

    assert not {name: seconds for name, seconds in took.items() if seconds is None or seconds > LIMIT + SLACK}
    assert min(seconds or 0 for seconds in took.values()) > 0.9


@pytest.mark.covers("HTTP-02")
def test_whoever_is_slow_is_told_so(service: ServiceProcess) -> None:
    assert exchange(service.port, PING[:20], quiet=5).statuses == [408]
    assert exchange(service.port, POST, quiet=5).statuses == [408]


@pytest.mark.covers("HTTP-02")
def test_whoever_reads_nothing_is_hung_up_on(service: ServiceProcess) -> None:
    large = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    assert exchange(service.port, large, quiet=5).statuses == [200]  # it is made at the first time
    before = open_files(service)
    with ExitStack() as stack:
        readers = [stack.enter_context(connect(service.port, receive_buffer=2048)) for _ in range(20)]
        for reader in readers:
            for _ in range(8):
                reader.sendall(large)
        eventually(lambda: open_files(service) >= before + 20, within=5)

        # We read nothing: the service itself has to let go.
        eventually(lambda: open_files(service) <= before + 2, within=1 + 2 * (LIMIT + SLACK))


@pytest.mark.covers("HTTP-02")
def test_whoever_reads_in_time_gets_everything_however_large(service: ServiceProcess) -> None:
    with connect(service.port, receive_buffer=4096) as connection:
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while data := connection.recv(2048):
            received += data
            time.sleep(0.002)

    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    assert len(body) == int(length.partition(b":")[2]) > 100_000


@pytest.mark.covers("HTTP-02", "HTTP-25")
def test_five_hundred_slow_clients_keep_nobody_waiting(service: ServiceProcess) -> None:
    with ExitStack() as stack:
        for number in range(500):
            connection = stack.enter_context(connect(service.port))
            connection.sendall((b"", PING[:20], POST)[number % 3])
        worst = max(
            timed(lambda: exchange(service.port, PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))
            for _ in range(50)
        )

    assert worst < 0.5


def timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def open_files(service: ServiceProcess) -> int:
    return sum(1 for _ in Path(f"/proc/{service.process.pid}/fd").iterdir())


@pytest.mark.covers("HTTP-25", "PRC-04")
def test_with_few_open_files_a_crowd_is_survived(address: Redacted[str], tmp_path: Path) -> None:
    patient = {
        **SETTINGS,
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_REQUEST_SECONDS": "30",
        "AUTH_TRUSTED_PROXIES": "",
    }
    settings = {**patient, "AUTH_MAX_CONNECTIONS_PER_SOURCE": "2000", "PYTHONPATH": str(ROOT)}
    launch = (few_open_files.__name__, "serve", "--port", "0")
    with serving(folder=tmp_path, settings=settings, launch=launch) as service, ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connect(service.port)).sendall(PING[:20])

        answers = [exchange(service.port, PING).statuses for _ in range(5)]
        held = open_files(service)

    assert answers == [[200]] * 5
    assert held < few_open_files.MOST
    assert "few_open_files" in service.said
