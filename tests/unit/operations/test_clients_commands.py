"""`auth-service clients`, over a service in memory."""

import json
from typing import Any, Protocol

import pytest

from auth_adapters.memory import MemoryStore
from tests.unit.operations.command_line import Ended, run
from tests.unit.operations.storage_in_memory import container_over

NOBODY = "01a20b79-6948-7ac8-969a-72438db0f816"


class Command(Protocol):
    """Runs a command of `clients` on one and the same service and returns how it ended."""

    def __call__(self, *arguments: str) -> Ended: ...


@pytest.fixture
def clients() -> Command:
    store = MemoryStore()
    return lambda *arguments: run("clients", *arguments, wire=lambda: container_over(store))


def told(result: Ended) -> Any:  # noqa: ANN401 - a document may be anything
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_client_is_made_and_listed_and_its_secret_is_shown_once(clients: Command) -> None:
    made = told(clients("create", "invoices", "--may", "tokens:introspect", "--may", "revocations:read", "--json"))
    [listed] = told(clients("list", "--json"))
    for_people = clients("list").stdout

    secret = made.pop("client_secret")
    assert secret.startswith("authcs_")
    assert listed == made
    assert made["permissions"] == ["revocations:read", "tokens:introspect"]
    assert made["client_id"] in for_people
    assert secret not in json.dumps(listed) + for_people


def test_the_secret_can_be_piped_and_the_warning_goes_elsewhere(clients: Command) -> None:
    result = clients("create", "invoices")

    assert result.exit_code == 0
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == ["client id", "name", "may", "secret"]
    assert "nothing" in result.stdout
    assert "Keep the secret now" in result.stderr
    assert "authcs_" not in result.stderr


def test_without_clients_there_is_a_sentence(clients: Command) -> None:
    assert clients("list").stdout == "There are no clients.\n"
    assert told(clients("list", "--json")) == []


def test_a_secret_is_rotated_with_a_day_of_overlap_or_as_told(clients: Command) -> None:
    made = told(clients("create", "invoices", "--json"))
    rotated = told(clients("rotate", "invoices", "--json"))
    at_once = told(clients("rotate", made["client_id"], "--overlap-hours", "0", "--json"))
    for_people = clients("rotate", "invoices", "--overlap-hours", "1").stdout

    assert len({each["client_secret"] for each in (made, rotated, at_once)}) == 3
    assert len(rotated["replaced_secrets_good_until"]) == 1
    assert at_once["replaced_secrets_good_until"] == []
    assert "good until 20" in for_people


def test_a_client_is_disabled_and_enabled_as_often_as_one_likes(clients: Command) -> None:
    client_id = told(clients("create", "invoices", "--json"))["client_id"]

    for act, who, is_disabled in (
        ("disable", "invoices", True),
        ("disable", client_id, True),
        ("enable", "invoices", False),
    ):
        assert clients(act, who).exit_code == 0
        assert (told(clients("list", "--json"))[0]["disabled_at"] is not None) is is_disabled
    assert told(clients("disable", "invoices", "--json"))["disabled_at"] is not None


def test_a_client_is_deleted_once(clients: Command) -> None:
    client_id = told(clients("create", "invoices", "--json"))["client_id"]

    assert told(clients("delete", "invoices", "--json")) == {"deleted": client_id}
    assert clients("delete", client_id).exit_code == 66
    assert told(clients("list", "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "In Voices"), 65, "lower-case letters"),
        (("create", "gateway", "--may", "*"), 65, "tokens:introspect"),
        (("create", "invoices"), 73, "a client of this name already"),
        (("rotate", "nobody"), 66, "no such client"),
        (("rotate", NOBODY), 66, "no such client"),
        (("rotate", "invoices", "--overlap-hours", "169"), 65, "7 days"),
        (("rotate", "invoices", "--overlap-hours", "-1"), 2, "overlap-hours"),
        (("disable", NOBODY), 66, "no such client"),
        (("enable", "Nobody"), 65, "lower-case letters"),
        (("delete", "nobody"), 66, "no such client"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    clients: Command, arguments: tuple[str, ...], code: int, said: str
) -> None:
    clients("create", "invoices")
    result = clients(*arguments)

    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_there_is_no_way_to_choose_a_secret(clients: Command) -> None:
    assert clients("create", "invoices", "--secret", "mine").exit_code == 2
