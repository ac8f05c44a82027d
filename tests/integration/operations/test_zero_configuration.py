"""`auth-service serve` in an empty folder, without a single setting."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from auth_http.postgres_storage import EMBEDDED_FOLDER
from tests.integration.operations.service_process import ServiceProcess, command, environment, eventually, serving

PASSWORD = "correct horse battery staple"
ADA = ("users", "create", "ada@example.com", "--first-name", "Ada", "--last-name", "Lovelace", "--password-stdin")


def postmaster(folder: Path) -> int | None:
    """Return the process of the embedded server, if it runs."""
    with suppress(FileNotFoundError, ProcessLookupError):
        pid = int((folder / ".data" / EMBEDDED_FOLDER / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
        return pid
    return None


def log_in(service: ServiceProcess) -> int:
    status, _ = service.ask("POST", "/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    return status


@pytest.mark.covers("R-C1", "PRC-02")
def test_it_serves_is_looked_after_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as service:
        assert service.ask("GET", "/health/ready")[0] == 200
        assert "There is no administrator yet" in service.said
        assert f"http://127.0.0.1:{service.port}/docs" in service.said
        assert (tmp_path / ".data" / "master_secret").stat().st_mode & 0o777 == 0o600

        created = command(*ADA, "--admin", folder=tmp_path, typed=PASSWORD)
        assert (created.returncode, created.stderr) == (0, "")
        assert log_in(service) == 200
        assert postmaster(tmp_path) is not None, "the command must not stop the server under the service"

        assert service.end(signal.SIGTERM) == 0
    assert postmaster(tmp_path) is None
    assert "Traceback" not in service.said


def test_data_survive_a_restart_and_a_crash(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as service:
        command(*ADA, "--admin", folder=tmp_path, typed=PASSWORD)
        assert log_in(service) == 200
        server = postmaster(tmp_path)
        service.end(signal.SIGKILL)
    assert server is not None

    with serving(folder=tmp_path) as service:  # beside the database server that was left running
        assert log_in(service) == 200
        assert "no administrator" not in service.said
        os.kill(server, signal.SIGKILL)
        service.end(signal.SIGKILL)

    with serving(folder=tmp_path) as service:  # after a crash of both
        assert log_in(service) == 200
        assert service.end() == 0


def test_told_to_stop_while_it_starts_it_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "auth_http", "serve", "--port", "0"], cwd=tmp_path, env=environment({})
    )
    with process:
        eventually((tmp_path / ".data").exists)  # its database is being made
        process.terminate()

        assert process.wait(60) == 0
    assert postmaster(tmp_path) is None


def test_a_command_alone_starts_the_database_and_stops_it(tmp_path: Path) -> None:
    listed = command("users", "list", "--json", folder=tmp_path)

    assert listed.returncode == 0
    assert json.loads(listed.stdout) == {"items": [], "next": None, "total": 0}
    assert postmaster(tmp_path) is None


def test_two_processes_serve_as_well(tmp_path: Path) -> None:
    with serving("--workers", "2", folder=tmp_path) as service:
        command(*ADA, folder=tmp_path, typed=PASSWORD)

        assert {log_in(service) for _ in range(6)} == {200}
        assert service.said.count("Started server process") == 2
        assert service.said.count("auth-service is ready") == 1
        assert service.end() == 0
    eventually(lambda: postmaster(tmp_path) is None)


def test_another_master_secret_is_noticed_before_it_does_harm(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as service:
        service.end()
    (tmp_path / ".data" / "master_secret").unlink()

    refused = command("serve", "--port", "0", folder=tmp_path)
    examined = command("doctor", "--json", folder=tmp_path)

    assert refused.returncode == 78
    assert "another master secret" in refused.stderr
    assert "Traceback" not in refused.stderr
    wrong = {each["check"] for each in json.loads(examined.stdout) if not each["ok"]}
    assert wrong - {"hashing"} == {"signing keys"}  # a busy machine hashes too slowly, which is not what this is about
