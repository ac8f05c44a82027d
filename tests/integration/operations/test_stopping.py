"""The end of a service: it says so, finishes what it has begun, and loses nobody's request."""

import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.integration.operations.service_process import eventually, serving

REQUEST = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


class Load:
    """Clients that ask without pause and count what they get: half of them over one connection, half over new ones."""

    def __init__(self, port: int) -> None:
        self.counted: Counter[str] = Counter()
        self._port = port
        self._over = threading.Event()

    @contextmanager
    def going_on(self, *, clients: int) -> Generator[None]:
        threads = [threading.Thread(target=self._ask, args=(number % 2 == 0,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _ask(self, keep: bool) -> None:
        while not self._over.is_set():
            try:
                connection = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            except ConnectionRefusedError:
                self.counted["refused"] += 1
                time.sleep(0.01)
                continue
            with connection:
                self._converse(connection, keep)

    def _converse(self, connection: socket.socket, keep: bool) -> None:
        try:
            while not self._over.is_set():
                connection.sendall(REQUEST)
                answer = b""
                while b"}" not in answer:
                    received = connection.recv(4096)
                    if not received:
                        raise ConnectionResetError
                    answer += received
                self.counted["answered"] += 1
                if not keep or b"connection: close" in answer.lower():
                    return
        except OSError:
            self.counted["lost"] += 1


@pytest.mark.covers("PRC-02", "HTTP-24")
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("drain", ["0", "1"])
def test_under_load_no_request_is_lost(tmp_path: Path, settings: dict[str, str], workers: str, drain: str) -> None:
    with serving("--workers", workers, folder=tmp_path, settings={**settings, "AUTH_DRAIN_SECONDS": drain}) as service:
        load = Load(service.port)
        with load.going_on(clients=8):
            eventually(lambda: load.counted["answered"] > 100)
            assert service.end(signal.SIGTERM) == 0
            eventually(lambda: load.counted["refused"] > 10)

    assert load.counted["lost"] == 0, load.counted


@pytest.mark.covers("PRC-02")
def test_while_it_drains_it_is_not_ready_and_still_serves(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(folder=tmp_path, settings={**settings, "AUTH_DRAIN_SECONDS": "60"}) as service:
        kept = HTTPConnection("127.0.0.1", service.port, timeout=30)
        kept.request("GET", "/health/live")
        assert kept.getresponse().read()

        service.process.send_signal(signal.SIGTERM)
        eventually(lambda: service.ask("GET", "/health/ready")[0] == 503)

        assert service.ask("GET", "/health/ready")[1]["checks"] == {"serving": "stopping"}
        assert service.ask("GET", "/health/live")[0] == 200
        kept.request("GET", "/health/live")
        answer = kept.getresponse()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert service.end(signal.SIGTERM) == 0  # the second one skips the rest of the wait


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_does_not_wait(tmp_path: Path, settings: dict[str, str], workers: str) -> None:
    with serving("--workers", workers, folder=tmp_path, settings={**settings, "AUTH_DRAIN_SECONDS": "60"}) as service:
        began = time.monotonic()

        assert service.end(signal.SIGINT) == 0
        assert time.monotonic() - began < 30


def test_a_request_under_way_is_finished(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(folder=tmp_path, settings={**settings, "AUTH_BCRYPT_COST": "13"}) as service:
        connection = HTTPConnection("127.0.0.1", service.port, timeout=60)
        body = b'{"email": "a@b.example", "password": "some password or other", "first_name": "A", "last_name": "B"}'
        connection.request("POST", "/auth/register", body, {"Content-Type": "application/json"})

        service.process.send_signal(signal.SIGTERM)

        assert connection.getresponse().status == 201
        assert service.process.wait(30) == 0


def test_a_process_that_dies_is_replaced(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving("--workers", "2", folder=tmp_path, settings=settings) as service:
        victim = int(service.said.partition("Started server process [")[2].partition("]")[0])

        os.kill(victim, signal.SIGKILL)

        eventually(lambda: service.said.count("Started server process") == 3)
        assert '"worker_died"' in service.said
        assert service.ask("GET", "/health/ready")[0] == 200
        assert service.end() == 0


def test_a_process_told_to_stop_alone_leaves_the_door_to_the_others(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving("--workers", "2", folder=tmp_path, settings={**settings, "AUTH_DRAIN_SECONDS": "0"}) as service:
        load = Load(service.port)
        with load.going_on(clients=4):
            os.kill(int(service.said.partition("Started server process [")[2].partition("]")[0]), signal.SIGTERM)
            eventually(lambda: service.said.count("Started server process") == 3)

        assert (load.counted["lost"], load.counted["refused"]) == (0, 0), load.counted
        with socket.create_connection(
            ("127.0.0.1", service.port), timeout=0.5
        ) as connection:  # no segment is overlooked
            connection.sendall(REQUEST)
            assert connection.recv(4096)


def test_processes_end_with_their_supervisor(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving("--workers", "2", folder=tmp_path, settings=settings) as service:
        service.end(signal.SIGKILL)

        eventually(lambda: service.said.count("Finished server process") == 2)


def test_any_other_server_can_run_it_too(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    uvicorn = ("uvicorn", "--factory", "auth_http.app:create_app", "--workers", "2", "--port", str(port))
    with serving(folder=tmp_path, settings=settings, launch=uvicorn, port=port) as service:
        assert service.ask("GET", "/health/ready")[0] == 200
        assert service.end() == 0
    assert '"event": "Application startup complete."' in service.said
