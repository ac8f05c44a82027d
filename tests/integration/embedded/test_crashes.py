"""Crashes, of the server and of whoever started it."""

import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from auth_adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from auth_adapters.postgres.embedded.locks import FileLock
from tests.integration.embedded.starting import (
    ask,
    bystander,
    embedded,
    ends,
    session,
    starter,
    until,
)


async def test_the_death_of_the_server_loses_nothing_that_was_committed(home: Path) -> None:
    first = embedded(home).start()
    first.create_database()
    await ask(first.url(), "CREATE TABLE committed AS SELECT 42")
    async with session(first):
        os.kill(first.pid, signal.SIGKILL)

        second = embedded(home).start()

    assert second.started_here
    assert second.port == first.port
    assert await ask(second.url(), "TABLE committed") == 42


def test_the_death_of_the_starter_leaves_a_server_that_others_find(home: Path) -> None:
    with starter(home) as other:
        pid, _ = other.wait_until_started()
        other.signal(signal.SIGKILL)

    server = embedded(home).start()

    assert (server.pid, server.started_here) == (pid, False)


def test_ctrl_c_is_for_the_starter_and_not_for_the_server(home: Path) -> None:
    with starter(home) as other:
        pid, _ = other.wait_until_started()
        other.signal(signal.SIGINT)

    assert embedded(home).start().pid == pid


async def test_a_starter_that_dies_while_it_makes_the_data_spoils_nothing(new_home: Path) -> None:
    with starter(new_home) as other:
        until(lambda: list(new_home.glob("initdb-*/base")))
        other.signal(signal.SIGKILL)
    assert not (new_home / "data").exists()

    server = embedded(new_home).start()

    assert await ask(server.url("postgres"), "SELECT 42") == 42


def test_half_made_data_is_removed(home: Path) -> None:
    half = home / "initdb-of-yesterday"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    embedded(home).start()

    assert not half.exists()


def test_a_process_that_has_the_number_of_a_crashed_server_is_neither_obeyed_nor_hurt(home: Path) -> None:
    server = embedded(home).start()
    left_behind = (home / "data" / "postmaster.pid").read_text()
    server.stop()
    with bystander() as process:
        lines = [str(process.pid), *left_behind.splitlines()[1:]]
        (home / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        server.stop()

        again = embedded(home).start()
        again.stop()

        assert again.pid != process.pid
        assert process.poll() is None


def test_whoever_takes_the_port_of_a_crashed_server_is_told_no_password(home: Path) -> None:
    server = embedded(home).start()
    os.kill(server.pid, signal.SIGKILL)
    assert ends(server.pid)
    with closing(socket.create_server(("127.0.0.1", server.port))) as stranger:
        with FileLock(home / "serving.lock") as lasting_session:
            until(lasting_session.try_exclusive)
            with pytest.raises(EmbeddedPostgresError, match="has not answered"):
                EmbeddedPostgres(home, patience=0.1).start()
        again = embedded(home).start()

        assert again.port != server.port
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()
