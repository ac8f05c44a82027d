"""What keeps the service from starting is told in a sentence, with an exit code, and without any value."""

import socket
from pathlib import Path

import pytest

from auth_core import Redacted
from tests.integration.operations.service_process import command

SECRET = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
CANARY = "c4n4ry7Qv2LxTz9"
PRODUCTION = {
    "AUTH_ENV": "production",
    "AUTH_MASTER_SECRET": SECRET,
    "AUTH_PUBLIC_URL": "https://auth.example.com",
    "AUTH_DATABASE_START_SECONDS": "0",
}


@pytest.mark.covers("CFG-01")
@pytest.mark.parametrize("stage", ["staging", "production"])
def test_nothing_is_made_up_where_people_rely_on_it(tmp_path: Path, stage: str) -> None:
    refused = command("serve", folder=tmp_path, settings={"AUTH_ENV": stage})

    assert refused.returncode == 78
    for setting in ("AUTH_MASTER_SECRET", "AUTH_DATABASE_URL", "AUTH_PUBLIC_URL"):
        assert setting in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.covers("CFG-01", "CFG-03")
def test_what_is_wrong_is_named_and_not_quoted(tmp_path: Path) -> None:
    refused = command(
        "serve",
        folder=tmp_path,
        settings={**PRODUCTION, "AUTH_MASTER_SECRET": CANARY, "AUTH_DATABASE_URL": CANARY, "AUTH_PROT": CANARY},
    )

    assert refused.returncode == 78
    assert "AUTH_PROT" in refused.stderr
    assert CANARY not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_does_not_answer_is_told(tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql://auth:{CANARY}@127.0.0.1:{port}/auth"

    refused = command(
        "serve", "--port", "0", "--workers", workers, folder=tmp_path, settings={**PRODUCTION, "AUTH_DATABASE_URL": url}
    )

    assert refused.returncode == 69
    assert refused.stderr.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be used" in refused.stderr
    assert CANARY not in refused.stderr + refused.stdout


def test_a_password_the_database_refuses_is_told(tmp_path: Path, address: Redacted[str]) -> None:
    before, _, after = address.reveal().rpartition("@")
    url = f"{before.rpartition(':')[0]}:{CANARY}@{after}"

    refused = command("serve", "--port", "0", folder=tmp_path, settings={**PRODUCTION, "AUTH_DATABASE_URL": url})

    assert refused.returncode == 69
    assert "refuses the user or the password" in refused.stderr
    assert CANARY not in refused.stderr + refused.stdout


async def test_a_schema_that_is_behind_is_told_and_not_touched(tmp_path: Path, empty: Redacted[str]) -> None:
    settings = {**PRODUCTION, "AUTH_DATABASE_URL": empty.reveal()}

    refused = command("serve", "--port", "0", folder=tmp_path, settings=settings)
    checked = command("migrate", "--check", folder=tmp_path, settings=settings)
    migrated = command("migrate", folder=tmp_path, settings=settings)
    checked_again = command("migrate", "--check", "--json", folder=tmp_path, settings=settings)

    assert refused.returncode == 78
    assert "auth-service migrate" in refused.stderr
    assert checked.returncode == 1
    assert migrated.returncode == 0
    assert "applied 0001" in migrated.stdout
    assert checked_again.returncode == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_told(tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        refused = command("serve", "--port", port, "--workers", workers, folder=tmp_path)

    assert refused.returncode == 69
    assert refused.stderr == (
        f"auth-service: Port {port} at 127.0.0.1 is in use. "
        "Choose another one with --port or AUTH_PORT; 0 takes a free one.\n"
    )
    assert not list(tmp_path.iterdir()), "no database is started for a service that cannot listen"
