"""People come and go by the command line, over a service in memory."""

import json
import stat
from pathlib import Path
from typing import Protocol

import pytest

from auth_adapters.memory import MemoryStore
from auth_core import Redacted
from auth_core.testing import UnsafeFastHasher
from tests.unit.operations.command_line import Ended
from tests.unit.operations.command_line import run as run_command
from tests.unit.operations.storage_in_memory import container_over

NAMES = {"first_name": "Ada", "last_name": "Lovelace"}


class Command(Protocol):
    def __call__(self, *arguments: str, stdin: str | None = None) -> Ended: ...


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def command(store: MemoryStore) -> Command:
    def run(*arguments: str, stdin: str | None = None) -> Ended:
        return run_command(*arguments, wire=lambda: container_over(store), typed=stdin or "")

    return run


def a_hash() -> str:
    return UnsafeFastHasher().hash_now(Redacted("correct horse battery staple")).reveal()


def people(folder: Path, *rows: object) -> str:
    path = folder / "people.jsonl"
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in rows))
    return str(path)


def test_rows_that_cannot_be_read_are_reported_by_line_and_the_rest_comes_in(
    command: Command, store: MemoryStore, tmp_path: Path
) -> None:
    file = people(
        tmp_path,
        {"email": "a@example.org", "password_hash": a_hash(), **NAMES},
        "not json",
        "",
        "[]",
        {"email": "b@example.org", "pasword_hash": "s3cr3t", "created_at": "2026-01-01T00:00:00"},
        {"email": "c@example.org", "password_hash": 7, **NAMES},
        {"email": "d@example.org", "password_hash": "s3cr3t", "password_scheme": "firebase", **NAMES},
        {"email": "f@example.org", "created_at": "9999-12-31T23:59:59-23:59", **NAMES},
        {"email": "e@example.org", "password_hash": "!unusable", "created_at": "2020-02-29T12:00:00+01:00", **NAMES},
    )
    report = tmp_path / "refused.jsonl"

    result = command("users", "import", file, "--report", str(report))
    reported = [json.loads(line) for line in report.read_text().splitlines()]

    assert result.exit_code == 1
    assert "imported         2 (1 fast, 1 none)" in result.stdout
    assert "line 2: This is not one JSON document." in result.stderr
    assert {each["line"]: {fault["code"] for fault in each["faults"]} for each in reported} == {
        2: {"not_json"},
        4: {"not_an_object"},
        5: {"missing", "unknown_field", "invalid"},
        6: {"invalid"},
        7: {"no_parameters"},
        8: {"invalid"},
    }
    assert "s3cr3t" not in report.read_text() + result.stdout + result.stderr
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert {user.created_at.isoformat() for user in store.committed.users.values()} >= {"2020-02-29T12:00:00+01:00"}


def test_csv_is_read_from_stdin_and_a_second_run_finds_them_there(command: Command, store: MemoryStore) -> None:
    csv = (
        "email,first_name,last_name,roles,password_hash\r\n"
        'a@example.org,"Ada\r\nMarie",Lovelace,,\r\n'
        f'b@example.org,Böb,"O\'Neill, jr",admin user,{a_hash()}\r\n'
        "c@example.org,too,few\r\n"
    )

    first = command("users", "import", "-", "--format", "csv", "--json", stdin=csv)
    second = command("users", "import", "-", "--format", "csv", "--json", stdin=csv)

    assert json.loads(first.stdout) == {
        "dry_run": False, "rows": 3, "imported": 1, "imported_before": 0, "refused": 2,
        "by_scheme": {"fast": 1}, "by_fault": {"invalid_name": 1, "misshapen": 1},
    }  # fmt: skip
    assert json.loads(second.stdout)["imported_before"] == 1
    [user] = store.committed.users.values()
    assert (user.first_name, user.last_name) == ("Böb", "O'Neill, jr")
    assert set(store.committed.roles_held[user.id]) == {"admin", "user"}


def test_a_column_that_nobody_knows_stops_it_before_anything_is_done(command: Command) -> None:
    result = command("users", "import", "-", "--format", "csv", stdin="email,name\na@example.org,Ada\n")

    assert result.exit_code == 65
    assert "must name the columns" in result.stderr


def test_a_dry_run_says_so_and_imports_nobody(command: Command, store: MemoryStore, tmp_path: Path) -> None:
    result = command("users", "import", people(tmp_path, {"email": "a@example.org", **NAMES}), "--dry-run")

    assert (result.exit_code, store.committed.users) == (0, {})
    assert "would be imported  1 (1 none)" in result.stdout


def test_a_file_that_is_not_there_is_said_so(command: Command) -> None:
    assert command("users", "import", "/nowhere/people.jsonl").exit_code == 66


def test_whoever_has_not_accepted_an_invitation_and_who_reads_no_language_are_refused(
    command: Command, tmp_path: Path
) -> None:
    invited = {"email": "a@example.org", "status": "invited", **NAMES}
    file, report = people(tmp_path, invited, {"email": "b@example.org", "locale": "?", **NAMES}), tmp_path / "refused"

    command("users", "import", file, "--report", str(report))

    faults = [json.loads(line)["faults"] for line in report.read_text().splitlines()]
    assert [[fault["code"] for fault in each] for each in faults] == [["invited"], ["invalid_locale"]]


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_what_is_exported_is_read_back_elsewhere(command: Command, tmp_path: Path, name: str) -> None:
    one = {"email": "a@example.org", "password_hash": a_hash(), "locale": "DE-at", **NAMES}
    file, out, store = people(tmp_path, one), tmp_path / name, MemoryStore()
    command("users", "import", file)

    exported = command("users", "export", str(out), "--with-password-hashes")
    elsewhere = run_command("users", "import", str(out), wire=lambda: container_over(store))

    assert (exported.exit_code, exported.stderr) == (0, "Exported 1 people.\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "imported         1 (1 fast)" in elsewhere.stdout
    assert [each.locale for each in store.committed.users.values()] == ["de-AT"]
    assert command("users", "export", str(out)).exit_code == 73


def test_without_the_flag_no_hash_leaves(command: Command, tmp_path: Path) -> None:
    command("users", "import", people(tmp_path, {"email": "a@example.org", "password_hash": a_hash(), **NAMES}))

    result = command("users", "export", "-")

    assert set(json.loads(result.stdout)) == {
        "id", "email", "first_name", "last_name", "status", "roles", "created_at",
    }  # fmt: skip
    assert "without their passwords" in result.stderr


def test_hashes_are_not_shown_on_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth_http.cli.users.moving.is_terminal", lambda stream: True)

    result = command("users", "export", "-", "--with-password-hashes")

    assert result.exit_code == 65
    assert "not shown on a terminal" in result.stderr
