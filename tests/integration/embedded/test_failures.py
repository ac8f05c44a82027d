"""What goes wrong is told; the passwords are not."""

import socket
import traceback
from pathlib import Path

import pytest

from auth_adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from auth_adapters.postgres.embedded.binaries import installed
from auth_adapters.postgres.embedded.locks import FileLock
from auth_adapters.postgres.embedded.unprivileged import choose_runner
from tests.integration.embedded.starting import LINUX, changed, embedded, secrets_of


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with (
        changed(home / "data" / "postgresql.conf", "no_such_setting = 1\n"),
        pytest.raises(EmbeddedPostgresError, match="no_such_setting") as caught,
    ):
        embedded(home).start()

    assert not [secret for secret in secrets_of(home) if secret in repr(caught.value)]


def test_passwords_are_not_shown(home: Path) -> None:
    server = embedded(home).start()
    with pytest.raises(EmbeddedPostgresError) as caught:
        server.create_database("\0")

    log = (home / "log").read_text()
    told = "".join([repr(server), str(server), log, *traceback.format_exception(caught.value)])
    assert not [secret for secret in secrets_of(home) if secret in told]


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(home: Path) -> None:
    with FileLock(home / "serving.lock") as hung:
        hung.try_exclusive()

        with pytest.raises(
            EmbeddedPostgresError, match=r"has not answered for 0\.1 s(?s:.*)database system is shut down"
        ):
            EmbeddedPostgres(home, patience=0.1).start()


def test_another_starter_is_not_waited_for_without_end(home: Path) -> None:
    with FileLock(home / "starting.lock") as slow:
        slow.try_exclusive()

        with pytest.raises(EmbeddedPostgresError, match=r"Another process has been starting or stopping"):
            EmbeddedPostgres(home, patience=0.1).start()


def test_a_lost_password_is_said_to_be_lost(home: Path) -> None:
    with (
        changed(home / "postgres.password", None),
        pytest.raises(EmbeddedPostgresError, match=r"postgres\.password is missing"),
    ):
        embedded(home).start()


def test_a_folder_that_cannot_be_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match="AUTH_DATABASE_URL"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()


@pytest.mark.skipif(not LINUX, reason="only Linux tells in which folder a process works")
def test_a_server_that_was_started_by_hand_is_left_alone(home: Path) -> None:
    data = home / "data"
    major = int((data / "PG_VERSION").read_text())
    installation = next(found for found in installed() if found.major == major)
    runner = choose_runner(home, program=installation.folder / "postgres", data=data)
    pg_ctl = installation.folder / "pg_ctl"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}"
    assert runner.run(pg_ctl, "start", "-D", "data", "-l", "by-hand.log", "-o", options).returncode == 0
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"was not started by this service.*pg_ctl"):
            embedded(home).start()

        assert (data / "postmaster.pid").exists()
    finally:
        runner.run(pg_ctl, "stop", "-D", "data")
