"""`auth-service webhooks`, over a service in memory."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.store import StoredDelivery
from auth_core.audit.events import EventKind
from auth_core.ids import EventId, MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.testing import NOON, a_webhook, an_event
from auth_core.webhooks.model import DisabledBecause, FiledDelivery
from auth_http.cli.app import app
from auth_http.doctor.finding import Finding
from auth_http.doctor.webhooks import examine_webhooks
from tests.unit.operations.storage_in_memory import container_over

type Command = Callable[..., Result]
URL = "https://crm.example.com/hooks"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def webhooks(store: MemoryStore) -> Command:
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ("webhooks", *arguments), obj=lambda: container_over(store))


def told(result: Result) -> Any:  # noqa: ANN401 - a document may be anything
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def keep(store: MemoryStore, webhook_id: str, state: State) -> str:
    event = an_event(None, kind=EventKind.USER_UPDATED)
    filed = FiledDelivery(
        id=MessageId(event.id),
        webhook_id=WebhookId(a_webhook().id if not webhook_id else next(iter(store.committed.webhooks))),
        event_id=EventId(event.id),
        kind=event.kind.value,
        state=state,
        attempts=20,
        created_at=NOON,
        due_at=NOON,
        over_at=None if state is State.WAITING else NOON,
        reason="The receiver answered 503." if state is State.DEAD else None,
    )
    store.committed.webhook_deliveries[filed.id] = StoredDelivery(filed=filed)
    return str(filed.id)


def test_a_webhook_is_made_rotated_disabled_enabled_and_deleted(webhooks: Command) -> None:
    created = told(webhooks("create", URL, "--type", "user.updated", "--type", "user.erased", "--json"))
    which = created["id"]
    rotated = webhooks("rotate", which)
    disabled = told(webhooks("disable", which, "--json"))
    enabled = webhooks("enable", which)
    [listed] = told(webhooks("list", "--json"))
    deleted = webhooks("delete", which)

    assert created["secret"].startswith("whsec_")
    assert created["types"] == ["user.erased", "user.updated"]
    assert "signs along until" in rotated.stdout
    assert "nobody can be told it again" in rotated.stderr
    assert disabled["disabled_because"] == "operator"
    assert "enabled" in enabled.stdout
    assert "secret" not in listed
    assert (deleted.exit_code, webhooks("list").stdout.strip()) == (0, "There are no webhooks.")


def test_what_became_of_deliveries_is_listed_for_people_and_programs(store: MemoryStore, webhooks: Command) -> None:
    which = told(webhooks("create", URL, "--json"))["id"]
    dead, _ = keep(store, which, State.DEAD), keep(store, which, State.SENT)

    found = told(webhooks("deliveries", which, "--state", "dead", "--json"))
    for_people = webhooks("deliveries", which, "--limit", "1")

    assert [each["id"] for each in found["items"]] == [dead]
    assert (found["items"][0]["reason"], found["next_cursor"]) == ("The receiver answered 503.", None)
    assert "user.updated" in for_people.stdout
    assert "There is more: --cursor" in for_people.stderr
    assert webhooks("deliveries", which, "--state", "expired").exit_code == 2


def test_one_delivery_is_replayed_or_all_that_failed_since_a_moment(store: MemoryStore, webhooks: Command) -> None:
    which = told(webhooks("create", URL, "--json"))["id"]
    sent, _ = keep(store, which, State.SENT), keep(store, which, State.DEAD)

    assert told(webhooks("replay", which, "--delivery", sent, "--json")) == {"replayed": 1}
    assert told(webhooks("replay", which, "--since", NOON.isoformat(), "--json")) == {"replayed": 1}
    assert [
        webhooks("replay", which, *arguments).exit_code
        for arguments in (
            (),
            ("--delivery", sent, "--since", NOON.isoformat()),
            ("--since", "yesterday"),
            ("--since", "2030-06-01T12:00:00"),
            ("--delivery", "nothing"),
            ("--delivery", sent),
        )
    ] == [2, 2, 2, 2, 65, 66]


def test_a_test_that_is_not_taken_ends_with_1(webhooks: Command) -> None:
    which = told(webhooks("create", URL, "--json"))["id"]

    tried = webhooks("test", which)

    assert (tried.exit_code, "Nobody sends webhooks here." in tried.stdout) == (1, True)


def test_the_doctor_says_what_was_given_up_and_who_wants_to_hear_nothing(store: MemoryStore, webhooks: Command) -> None:
    def examined() -> Finding:
        return asyncio.run(examine_webhooks(container_over(store)))

    nobody = examined()
    which = told(webhooks("create", URL, "--json"))["id"]
    keep(store, which, State.WAITING)
    late = examined()
    store.committed.webhook_deliveries.clear()
    keep(store, which, State.DEAD)
    dead = examined()
    [(key, webhook)] = store.committed.webhooks.items()
    store.committed.webhooks[key] = replace(webhook, disabled_at=NOON, disabled_because=DisabledBecause.GONE)
    gone = examined()

    assert (nobody.ok, nobody.detail) == (True, "0, deliveries waiting: 0")
    assert late.ok or "waiting: 1" in late.detail
    assert (dead.ok, dead.detail) == (False, "deliveries given up: 1")
    assert which in gone.detail
    assert "enable or delete" in str(gone.mend)


def test_what_is_wrong_is_told_with_what_to_do(webhooks: Command) -> None:
    plain, unknown, no_id = (
        webhooks("create", "http://crm.example.com"),
        webhooks("rotate", str(a_webhook().id)),
        webhooks("test", "crm"),
    )

    assert [each.exit_code for each in (plain, unknown, no_id)] == [65, 66, 65]
    assert "https" in plain.stderr
    assert "auth-service webhooks list" in no_id.stderr
