"""The examination of a service, healthy and otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from auth_core import Redacted
from tests.integration.operations.service_process import command


def examined(folder: Path, settings: dict[str, str]) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the exit code and what was found, by check."""
    result = command("doctor", "--json", folder=folder, settings=settings)
    assert "Traceback" not in result.stderr
    return result.returncode, {each["check"]: each for each in json.loads(result.stdout)}


def test_a_healthy_service(tmp_path: Path, settings: dict[str, str]) -> None:
    code, found = examined(tmp_path, settings)

    assert code == 0, found
    assert all(each["ok"] for each in found.values())
    assert found.keys() >= {"settings", "database", "migrations", "signing keys", "clock", "hashing"}
    assert found["database"]["detail"].startswith("PostgreSQL 1")
    assert "ms for a password at cost 4" in found["hashing"]["detail"]


def test_for_people_it_says_the_same(tmp_path: Path, settings: dict[str, str]) -> None:
    result = command("doctor", folder=tmp_path, settings=settings)

    assert result.returncode == 0
    assert "migrations" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_schema_that_is_behind(tmp_path: Path, settings: dict[str, str], empty: Redacted[str]) -> None:
    code, found = examined(tmp_path, {**settings, "AUTH_DATABASE_URL": empty.reveal()})

    assert code == 1
    assert not found["migrations"]["ok"]
    assert found["migrations"]["mend"] == "auth-service migrate"


def test_a_database_that_does_not_answer(tmp_path: Path, settings: dict[str, str]) -> None:
    code, found = examined(tmp_path, {**settings, "AUTH_DATABASE_URL": "postgresql://auth:c4n4ry@127.0.0.1:1/auth"})

    assert code == 1
    assert not found["database"]["ok"]
    assert "c4n4ry" not in str(found)
    assert found["hashing"]["ok"], "what does not need the database is looked at all the same"


def test_wrong_settings(tmp_path: Path, settings: dict[str, str]) -> None:
    code, found = examined(tmp_path, {**settings, "AUTH_PROT": "c4n4ry"})

    assert code == 1
    assert found["settings"]["detail"] == "AUTH_PROT"
    assert "AUTH_PORT" in found["settings"]["mend"]
    assert "c4n4ry" not in str(found)


@pytest.mark.covers("CFG-02")
def test_a_secret_that_others_may_read(tmp_path: Path, settings: dict[str, str]) -> None:
    file = tmp_path / "secret"
    file.write_text("Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re\n")
    file.chmod(0o644)

    code, found = examined(tmp_path, {**settings, "AUTH_MASTER_SECRET": "", "AUTH_MASTER_SECRET_FILE": str(file)})

    assert code == 1
    assert found["secrets"]["mend"] == f"chmod 600 {file}"


@pytest.mark.covers("AUZ-15")
def test_a_set_up_that_is_open_and_one_that_is_not(tmp_path: Path, settings: dict[str, str]) -> None:
    with_secret = {**settings, "AUTH_SETUP_SECRET": "q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM="}
    _, before = examined(tmp_path, with_secret)
    names = ("--first-name", "Ada", "--last-name", "Lovelace")
    made = command(
        "users", "create", "ada@example.com", *names, "--admin", "--generate-password", folder=tmp_path,
        settings=settings,
    )  # fmt: skip
    _, after = examined(tmp_path, with_secret)

    assert made.returncode == 0
    assert before["set-up"]["detail"].startswith("open")
    assert after["set-up"]["detail"].startswith("closed")
    assert "set-up" not in examined(tmp_path, settings)[1]
