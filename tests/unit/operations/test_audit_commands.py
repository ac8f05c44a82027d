"""The audit trail from the command line, over a service in memory."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from auth_adapters.memory import MemoryStore
from auth_core.audit.events import Outcome
from tests.unit.operations.command_line import Ended, run
from tests.unit.operations.storage_in_memory import container_over

ADA = ("users", "create", "ada@example.com", "--first-name", "Ada", "--last-name", "Lovelace", "--generate-password")


class Command(Protocol):
    def __call__(self, *arguments: str) -> Ended: ...


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def command(store: MemoryStore) -> Command:
    return lambda *arguments: run(*arguments, wire=lambda: container_over(store))


@pytest.fixture
def user_id(command: Command) -> str:
    made: str = json.loads(command(*ADA, "--json").stdout)["id"]
    return made


def test_a_sound_trail_is_said_to_be_intact(command: Command, user_id: str) -> None:
    command("audit", "head")
    command("users", "disable", user_id)

    result = command("audit", "verify")
    as_json = json.loads(command("audit", "verify", "--json").stdout)

    assert (result.exit_code, result.stdout) == (0, "Intact: 1 events in 1 batches, 1 not sealed yet.\n")
    assert as_json == {
        "intact": True, "batches": 1, "events": 1, "removed_batches": 0, "erased_events": 0, "unsealed_events": 1,
    }  # fmt: skip


@pytest.mark.covers("AUD-02")
def test_the_place_where_a_trail_breaks_is_named(command: Command, store: MemoryStore, user_id: str) -> None:
    command("audit", "head")
    [event_id] = store.committed.events
    store.committed.events[event_id] = replace(store.committed.events[event_id], outcome=Outcome.FAILURE)

    result = command("audit", "verify")
    as_json = json.loads(command("audit", "verify", "--json").stdout)

    assert (result.exit_code, result.stdout) == (1, f"Broken at event {event_id} of batch 1: edited.\n")
    assert as_json == {"intact": False, "what": "edited", "batch": 1, "event": str(event_id)}


@pytest.mark.covers("AUD-02")
def test_a_trail_that_was_cut_is_found_by_a_head_that_was_exported(
    command: Command, store: MemoryStore, user_id: str, tmp_path: Path
) -> None:
    exported = tmp_path / "head.json"
    exported.write_text(command("audit", "head", "--json").stdout)
    before = command("audit", "verify", "--head", str(exported))
    store.committed.batches.clear()
    store.committed.events.clear()
    store.committed.recordings.clear()

    result = command("audit", "verify", "--head", str(exported))

    assert before.exit_code == 0
    assert command("audit", "verify").exit_code == 0
    assert (result.exit_code, result.stdout) == (1, "Broken at batch 1: missing.\n")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"batch": 1}', '{"batch": "1", "head": "00", "sealed_at_microseconds": 1}',
             '{"batch": 0, "head": "' + "00" * 32 + '", "sealed_at_microseconds": 1}',
             '{"batch": 1, "head": "00", "sealed_at_microseconds": 1}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_head_is_refused(command: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "head.json").write_text(text)

    result = command("audit", "verify", "--head", str(tmp_path / "head.json"))

    assert result.exit_code == 65
    assert "no exported head" in result.stderr


def test_a_head_that_is_not_there_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    assert command("audit", "verify", "--head", str(tmp_path / "head.json")).exit_code == 2


def test_of_nothing_there_is_no_head(command: Command) -> None:
    result = command("audit", "head")

    assert result.exit_code == 66
    assert "Nothing" in result.stderr


def test_a_head_can_be_read_by_people_and_programs(command: Command, user_id: str) -> None:
    shown = command("audit", "head").stdout
    document = json.loads(command("audit", "head", "--json").stdout)

    assert document["batch"] == 1
    assert document["head"] in shown


@pytest.mark.covers("AUD-05")
def test_an_export_is_one_document_a_line_and_holds_neither_salt_nor_secret(
    command: Command, store: MemoryStore, user_id: str
) -> None:
    command("users", "disable", user_id)

    lines = command("audit", "export").stdout.splitlines()

    events = [json.loads(line) for line in lines]
    assert [event["kind"] for event in events] == ["user.created", "user.disabled"]
    assert set(events[0]) == {
        "id", "kind", "outcome", "at", "recorded_at", "actor", "subject", "session_id", "address", "user_agent",
        "request_id", "details", "erased",
    }  # fmt: skip
    for recording in store.committed.recordings.values():
        assert recording.salt is not None
        assert recording.salt.hex() not in "".join(lines)


def test_an_export_can_be_filtered(command: Command, user_id: str) -> None:
    command("users", "disable", user_id)

    def exported(*options: str) -> int:
        result = command("audit", "export", *options)
        assert result.exit_code == 0
        return len(result.stdout.splitlines())

    assert exported("--user", user_id) == 2
    assert exported("--actor", user_id) == 0
    assert exported("--kind", "user.disabled") == 1
    assert exported("--outcome", "failure") == 0
    assert exported("--since", "2020-01-01T00:00:00Z", "--until", "2020-01-02T00:00:00+01:00") == 0


@pytest.mark.parametrize(
    "options",
    [("--user", "ada"), ("--kind", "login"), ("--outcome", "ok"), ("--since", "today"), ("--until", "2026-11-24")],
)
def test_what_cannot_be_asked_for_is_wrong_usage(command: Command, options: tuple[str, ...]) -> None:
    result = command("audit", "export", *options)

    assert result.exit_code == 2
    assert options[0] in result.stderr


def test_what_is_personal_is_erased_by_command(command: Command, user_id: str) -> None:
    command("audit", "head")

    erased = command("audit", "erase", user_id, "--json")

    assert json.loads(erased.stdout) == {"user_id": user_id, "erased": 1}
    assert "1 were erased by order" in command("audit", "verify").stdout
    assert "in 0 events" in command("audit", "erase", user_id).stdout


def test_without_a_time_to_keep_them_nothing_is_removed(command: Command, user_id: str) -> None:
    assert json.loads(command("audit", "remove-old", "--json").stdout) == {"removed": 0}
    assert "Removed 0 events." in command("audit", "remove-old").stdout
