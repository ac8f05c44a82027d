"""The commands with which the operator invites people, over a service in memory that sends mail."""

import json
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from auth_adapters.memory import MemoryStore, memory_ports
from auth_core.testing import Mailbox, mail_to
from auth_core.users.model import UserStatus
from auth_http.container import Container
from tests.unit.operations.command_line import Ended
from tests.unit.operations.command_line import run as run_command
from tests.unit.operations.storage_in_memory import SETTINGS, container_over
from tests.unit.operations.test_command_line import Command

ADA = "ada@example.com"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def command(store: MemoryStore) -> Command:
    def wire() -> Container:
        container = container_over(store)
        ports = memory_ports(store=store, policies=SETTINGS.policies(), mail=mail_to(Mailbox()))
        container.ports.override(providers.Object(ports))
        return container

    def run(*arguments: str, typed: str = "") -> Ended:
        return run_command("users", *arguments, wire=wire, typed=typed)

    return run


def told(result: Ended) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_somebody_is_invited_listed_invited_again_and_withdrawn(command: Command, store: MemoryStore) -> None:
    invited = told(command("invite", ADA, "--first-name", "Ada", "--role", "admin", "--locale", "de", "--json"))
    [listed] = told(command("invitations", "--json"))["items"]
    for_people = command("invitations").stdout
    again = command("resend-invitation", ADA)
    withdrawn = told(command("withdraw-invitation", invited["id"], "--json"))

    assert (invited["status"], invited["locale"], invited["last_name"]) == ("invited", "de", None)
    assert listed == {**invited, "roles": ["admin", "user"]}
    assert ADA in for_people
    assert "the operator" in for_people
    assert (again.exit_code, f"invited     {ADA}" in again.stdout) == (0, True)
    assert withdrawn == {"id": invited["id"], "withdrawn": True}
    assert (store.committed.users, store.committed.letters) == ({}, {})
    assert "Nobody who was invited" in command("invitations").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("invite", ADA), 73, "an account with this e-mail address already"),
        (("invite", "nobody"), 65, "email"),
        (("invite", "b@example.com", "--locale", "no language"), 65, "locale"),
        (("invite", "b@example.com", "--role", "nothing"), 66, "role"),
        (("resend-invitation", "b@example.com"), 66, "no such user"),
        (("resend-invitation", "there@example.com"), 73, "no invitation"),
        (("withdraw-invitation", "there@example.com"), 73, "no invitation"),
        (("disable", ADA), 73, "withdraw it"),
        (("reset-password", ADA, "--generate-password"), 73, "not accepted"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    command: Command, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    command("invite", ADA)
    command("create", "there@example.com", "--first-name", "A", "--last-name", "B", "--generate-password")

    result = command(*arguments)

    assert result.exit_code == code, result.stderr
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_without_mail_nobody_is_invited() -> None:
    result = run_command("users", "invite", ADA, wire=lambda: container_over(MemoryStore()))

    assert "sends no mail" in result.stderr
    assert result.exit_code not in (0, 1)


def test_an_invited_account_is_shown_and_deleted_as_such(command: Command, store: MemoryStore) -> None:
    command("invite", ADA)

    assert told(command("list", "--status", "invited", "--json"))["total"] == 1
    assert told(command("show", ADA, "--json"))["status"] == "invited"
    assert command("delete", ADA, "--yes").exit_code == 0
    assert told(command("restore", ADA, "--json"))["status"] == "invited"
    assert {each.status for each in store.committed.users.values()} == {UserStatus.INVITED}


def test_a_dry_run_of_many_says_who_could_be_invited_and_sends_nothing(
    command: Command, store: MemoryStore, tmp_path: Path
) -> None:
    command("create", "there@example.com", "--first-name", "A", "--last-name", "B", "--generate-password")
    file = tmp_path / "people.jsonl"
    file.write_text(
        "".join(
            json.dumps({"key": email, "do": "invite", "email": email, "locale": "de"}) + "\n"
            for email in (ADA, "there@example.com")
        )
    )

    tried = command("bulk", str(file), "--dry-run", "--json")
    after_trying = (len(store.committed.users), len(store.committed.letters))
    done = command("bulk", str(file), "--json")

    assert [each["status"] for each in json.loads(tried.stdout)["items"]] == [201, 409]
    assert after_trying == (1, 0)
    assert [each["status"] for each in json.loads(done.stdout)["items"]] == [201, 409]
    assert (len(store.committed.users), len(store.committed.letters)) == (2, 1)
