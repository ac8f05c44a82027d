"""The commands with which the operator looks after one person."""

import json
from typing import Any

import pytest

from auth_adapters.memory import MemoryStore
from tests.unit.operations.command_line import Ended
from tests.unit.operations.command_line import run as run_command
from tests.unit.operations.storage_in_memory import container_over
from tests.unit.operations.test_command_line import ADA, Command

WHO = "ada@example.com"
NEW_PASSWORD = "an entirely different sentence"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def command(store: MemoryStore) -> Command:
    def run(*arguments: str, typed: str = "") -> Ended:
        return run_command(*arguments, wire=lambda: container_over(store), typed=typed)

    run(*ADA, "--generate-password")
    return run


def told(result: Ended) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_names_and_address_are_changed_one_by_one(command: Command) -> None:
    renamed = told(command("users", "update", WHO, "--last-name", "Byron", "--json"))
    moved = told(command("users", "update", WHO, "--email", "byron@example.com", "--version", "1", "--json"))

    assert (renamed["first_name"], renamed["last_name"], renamed["version"]) == ("Ada", "Byron", 1)
    assert (moved["email"], moved["last_name"], moved["version"]) == ("byron@example.com", "Byron", 2)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("update", WHO), 2, "--first-name"),
        (("update", WHO, "--first-name", " "), 65, "first_name"),
        (("update", WHO, "--email", "ada"), 65, "email"),
        (("update", WHO, "--first-name", "A", "--version", "7"), 73, "changed since"),
        (("update", "nobody@example.com", "--first-name", "A"), 66, "no such user"),
        (("delete", "nobody@example.com", "--yes"), 66, "no such user"),
        (("delete", WHO), 1, "Delete ada@example.com?"),
        (("restore", "nobody@example.com"), 66, "no such user"),
        (("erase", WHO, "--yes"), 73, "not deleted"),
        (("erase", WHO, "--now"), 1, "cannot be taken back"),
        (("reset-password", WHO), 2, "nobody to ask"),
        (("reset-password", WHO, "--password-stdin", "--generate-password"), 2, "not both"),
        (("reset-password", "nobody@example.com", "--generate-password"), 66, "no such user"),
        (("force-password-change", "nobody@example.com"), 66, "no such user"),
        (("sessions", "list", "nobody@example.com"), 66, "no such user"),
        (("sessions", "revoke", WHO), 2, "--session or --all"),
        (("sessions", "revoke", WHO, "--all", "--session", "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"), 2, "or --all"),
        (("sessions", "revoke", WHO, "--session", "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"), 66, "no such session"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    command: Command, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    result = command("users", *arguments)

    assert result.exit_code == code
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_an_account_is_deleted_and_restored(command: Command) -> None:
    deleted = told(command("users", "delete", WHO, "--yes", "--json"))
    enabled = command("users", "enable", WHO)
    restored = command("users", "restore", WHO)

    assert (deleted["status"], deleted["deleted_at"] is not None) == ("deleted", True)
    assert (enabled.exit_code, "Restore it first" in enabled.stderr) == (73, True)
    assert "active" in restored.stdout


def test_an_account_is_erased_and_once_more(command: Command, store: MemoryStore) -> None:
    [user_id] = store.committed.users

    erased = told(command("users", "erase", WHO, "--now", "--yes", "--json"))
    again = told(command("users", "erase", str(user_id), "--yes", "--json"))
    overdue = told(command("users", "erase-deleted", "--json"))

    assert (erased["id"], erased["events"], again["events"]) == (str(user_id), 2, 0)
    assert store.committed.users == {}
    assert overdue == {"erased": 0}


def test_the_last_administrator_is_not_deleted(command: Command) -> None:
    command("users", "roles", WHO, "--add", "admin")

    assert command("users", "delete", WHO, "--yes").exit_code == 73


def test_a_password_is_reset_and_told_once_if_it_was_made_up(command: Command, store: MemoryStore) -> None:
    made_up = told(command("users", "reset-password", WHO, "--generate-password", "--json"))
    given = command("users", "reset-password", WHO, "--password-stdin", "--keep", typed=f"{NEW_PASSWORD}\n")
    after_reset = [each.must_change for each in store.committed.passwords.values()]
    forced = command("users", "force-password-change", WHO)
    weak = command("users", "reset-password", WHO, "--password-stdin", typed="short\n")

    assert (made_up["must_change"], made_up["sessions_ended"], len(made_up["password"])) == (True, 0, 24)
    assert given.exit_code == 0
    assert NEW_PASSWORD not in given.stdout + given.stderr
    assert after_reset == [False]
    assert (forced.exit_code, weak.exit_code) == (0, 65)
    assert [each.must_change for each in store.committed.passwords.values()] == [True]


def test_an_account_may_begin_with_a_password_to_change(command: Command, store: MemoryStore) -> None:
    command("users", "create", "b@example.com", *ADA[3:], "--generate-password", "--must-change-password")

    assert sorted(each.must_change for each in store.committed.passwords.values()) == [False, True]


def test_sessions_are_listed_and_ended(command: Command, store: MemoryStore) -> None:
    user_id = told(command("users", "update", WHO, "--first-name", "Ada", "--json"))["id"]
    none = command("users", "sessions", "list", WHO)
    ended = told(command("users", "sessions", "revoke", user_id, "--all", "--json"))

    assert "signed in nowhere" in none.stdout
    assert told(command("users", "sessions", "list", WHO, "--json")) == {"user_id": user_id, "items": []}
    assert ended == {"user_id": user_id, "sessions_ended": 0}
