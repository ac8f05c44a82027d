"""A server is stopped by whoever started it, and only when nobody uses it."""

import signal
from pathlib import Path

from tests.integration.embedded.starting import embedded, ends, session, starter


def test_whoever_started_an_unused_server_stops_it(home: Path) -> None:
    server = embedded(home).start()

    assert server.stop_if_unused() is True
    assert ends(server.pid)


def test_a_server_that_somebody_else_started_is_not_stopped(home: Path) -> None:
    first = embedded(home).start()
    second = embedded(home).start()

    assert second.stop_if_unused() is False
    assert first.stop_if_unused() is True


async def test_a_server_with_a_session_is_not_stopped(home: Path) -> None:
    server = embedded(home).start()
    async with session(server):
        assert server.stop_if_unused() is False


def test_a_server_that_another_process_has_found_is_not_stopped_before_its_first_session(home: Path) -> None:
    server = embedded(home).start()
    with starter(home) as other:
        other.wait_until_started()

        assert server.stop_if_unused() is False


def test_a_process_that_died_does_not_keep_the_server(home: Path) -> None:
    server = embedded(home).start()
    with starter(home) as other:
        other.wait_until_started()
        other.signal(signal.SIGKILL)

    assert server.stop_if_unused() is True


def test_stopping_twice_is_the_same_as_once(home: Path) -> None:
    server = embedded(home).start()

    server.stop()
    server.stop()

    assert ends(server.pid)
