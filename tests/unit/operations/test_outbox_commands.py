"""`auth-service outbox` and `auth-service mail`, over a service in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.store import StoredLetter
from auth_core.audit.events import EventKind
from auth_core.ids import MessageId
from auth_core.outbox.model import State
from auth_core.testing import NOON, a_letter
from auth_http.cli.app import app
from auth_http.container import container_with
from auth_http.settings import Settings
from tests.unit.operations.storage_in_memory import container_over

type Command = Callable[..., Result]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def outbox(store: MemoryStore) -> Command:
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ("outbox", *arguments), obj=lambda: container_over(store))


def keep(store: MemoryStore, state: State, reason: str | None = None) -> MessageId:
    letter = a_letter()
    over_at = None if state is State.WAITING else NOON
    store.committed.letters[letter.sealed.id] = StoredLetter(letter=letter, state=state, over_at=over_at, reason=reason)
    return letter.sealed.id


def told(result: Result) -> Any:  # noqa: ANN401 - a document may be anything
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_what_was_given_up_is_listed_with_the_reason_and_without_what_it_says(
    store: MemoryStore, outbox: Command
) -> None:
    dead, waiting = keep(store, State.DEAD, "The mail server refused it: 550."), keep(store, State.WAITING)

    [listed] = told(outbox("list", "--json"))
    for_people = outbox("list").stdout

    assert (listed["id"], listed["message"], listed["state"]) == (str(dead), "password_changed", "dead")
    assert str(dead) in for_people
    assert "550" in for_people
    assert "192.0.2.1" not in for_people
    assert [each["id"] for each in told(outbox("list", "--state", "waiting", "--json"))] == [str(waiting)]
    assert outbox("list", "--state", "sent").stdout == "No message is sent.\n"


def test_what_was_given_up_is_tried_again_by_its_id(store: MemoryStore, outbox: Command) -> None:
    dead = keep(store, State.DEAD)

    assert told(outbox("retry", str(dead), "--json"))["state"] == "waiting"

    assert EventKind.MESSAGE_RETRIED in [each.kind for each in store.committed.events.values()]
    again = outbox("retry", str(dead))
    assert again.exit_code == 66
    assert "no such message" in again.stderr


def test_what_waits_is_dropped_by_its_id(store: MemoryStore, outbox: Command) -> None:
    waiting = keep(store, State.WAITING)

    assert "dropped" in outbox("drop", str(waiting)).stdout

    assert store.committed.letters[waiting].is_empty
    assert outbox("drop", str(uuid4())).exit_code == 66


@pytest.mark.parametrize("arguments", [("retry", "nonsense"), ("drop", "nonsense")])
def test_what_is_no_id_is_told(outbox: Command, arguments: tuple[str, str]) -> None:
    refused = outbox(*arguments)

    assert refused.exit_code == 65
    assert "no id" in refused.stderr


def test_a_state_there_is_not_is_told(outbox: Command) -> None:
    assert outbox("list", "--state", "lost").exit_code == 2


def mail(*arguments: str, settings: Settings | None = None) -> Result:
    return CliRunner().invoke(app, ("mail", *arguments), obj=lambda: container_with(settings or Settings()))


def test_every_mail_is_written_to_a_folder_to_be_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "mails"

    assert mail("preview", str(folder)).exit_code == 0

    assert "Choose a new password" in (folder / "en-reset_password.html").read_text(encoding="utf-8")
    assert (folder / "de-reset_password.txt").read_text(encoding="utf-8").startswith("Subject: Wählen Sie")
    links = (folder / "index.html").read_text(encoding="utf-8")
    assert all(each.name in links for each in folder.iterdir() if each.name != "index.html")


def test_templates_are_copied_to_be_changed_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "templates"

    assert mail("templates", str(folder)).exit_code == 0
    (folder / "en" / "invitation.jinja").write_text(
        "{% block subject %}Join us{% endblock %}{{ link }}", encoding="utf-8"
    )

    assert mail("preview", str(tmp_path / "mails"), settings=Settings(mail_templates=folder)).exit_code == 0
    assert "Join us" in (tmp_path / "mails" / "en-invitation.txt").read_text(encoding="utf-8")
    assert mail("templates", str(folder)).exit_code == 73


def test_a_broken_template_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "invitation.jinja").write_text("{{ oh", encoding="utf-8")

    refused = mail("preview", str(tmp_path / "mails"), settings=Settings(mail_templates=tmp_path))

    assert refused.exit_code == 78
    assert "en/invitation.jinja, line 1" in refused.stderr
