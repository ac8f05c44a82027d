"""`auth-service throttle`, over a service in memory."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auth_adapters.memory import MemoryStore
from auth_core.audit.events import EventKind
from auth_http.cli.app import app
from tests.unit.operations.storage_in_memory import container_over

type Command = Callable[..., Result]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def throttle(store: MemoryStore) -> Command:
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ("throttle", *arguments), obj=lambda: container_over(store))


def told(result: Result) -> Any:  # noqa: ANN401 - a document may be anything
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_budgets_of_an_account_and_an_address_are_shown(throttle: Command) -> None:
    of_both = told(throttle("show", "ada@example.org", "--address", "2001:db8::1", "--json"))
    of_all = told(throttle("show", "--json"))

    assert {each["budget"] for each in of_both} >= {"account", "source", "global", "secrets", "registrations", "mails"}
    assert {each["budget"] for each in of_all} == {"global", "all_registrations", "all_mails"}
    account = next(each for each in of_both if each["budget"] == "account")
    assert account == {"budget": "account", "tries": 10, "left": 10, "next_in_seconds": 0, "full_in_seconds": 0}
    assert "now" in throttle("show", "ada@example.org").stdout


def test_what_is_filled_up_is_told_and_kept_in_the_trail(throttle: Command, store: MemoryStore) -> None:
    filled = told(throttle("clear", "nobody@example.org", "--address", "192.0.2.1", "--json"))

    assert filled == {"filled": ["account", "source", "secrets", "registrations", "mails"]}
    [event] = store.committed.events.values()
    assert (event.kind, event.subject) == (EventKind.ATTEMPTS_FORGIVEN, None)
    assert event.details == {"budgets": "account source secrets registrations mails"}


@pytest.mark.parametrize(
    "arguments", [("clear",), ("clear", "--address", "example.org"), ("show", "--address", "1.2.3")]
)
def test_nothing_is_filled_up_for_whom_nobody_has_named(
    throttle: Command, store: MemoryStore, arguments: tuple[str, ...]
) -> None:
    assert throttle(*arguments).exit_code == 2
    assert not store.committed.events
