"""The probe of the container's health check, against servers that do and do not answer."""

import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from auth_http.health_probe import is_well


@contextmanager
def server(*pieces: bytes) -> Generator[tuple[int, list[bytes]]]:
    """A server on a free port that answers one connection with `pieces`, and says nothing more until it is left."""
    heard: list[bytes] = []
    left = threading.Event()

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(4096))
            for piece in pieces:
                connection.sendall(piece)
            left.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1], heard
        left.set()
        thread.join()


def test_a_server_that_answers_200_is_well() -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heard):
        well = is_well(port)

    assert well
    assert heard[0].startswith(b"GET /health/live HTTP/1.1\r\n")


def test_another_question_can_be_asked() -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heard):
        is_well(port, "/health/ready")

    assert heard[0].startswith(b"GET /health/ready HTTP/1.1\r\n")


def test_an_answer_in_pieces_is_put_together() -> None:
    with server(b"HTTP/1.", b"1 200 OK\r\n\r\n") as (port, _):
        assert is_well(port)


def test_a_server_that_answers_503_is_not_well() -> None:
    with server(b"HTTP/1.1 503 Service Unavailable\r\n\r\n") as (port, _):
        assert not is_well(port)


def test_a_server_that_hangs_is_not_well_and_does_not_hang_the_probe() -> None:
    began = monotonic()
    with server() as (port, _):
        assert not is_well(port, within=0.05)

    assert monotonic() - began < 5


def test_a_server_that_stops_in_the_middle_of_its_answer_is_not_well() -> None:
    with server(b"HTTP/1.1 2") as (port, _):
        assert not is_well(port, within=0.05)


def test_where_nobody_listens_nobody_is_well() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert not is_well(port)


def test_its_exit_code_is_the_answer() -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (port, _):
        well = subprocess.run([sys.executable, "-I", "-m", "auth_http.health_probe", str(port)], check=False)
    unwell = subprocess.run([sys.executable, "-I", "-m", "auth_http.health_probe", str(port)], check=False)

    assert (well.returncode, unwell.returncode) == (0, 1)


def test_it_starts_without_the_rest_of_the_service() -> None:
    program = "import sys, auth_http.health_probe; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True).stdout

    assert {name for name in loaded.split() if name.startswith(("auth_", "pydantic", "asyncio", "http"))} == {
        "auth_http",
        "auth_http.health_probe",
    }
