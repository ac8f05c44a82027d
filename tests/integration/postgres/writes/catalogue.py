"""Every use case, by whether it writes: one line for each, or a test fails."""

from dataclasses import fields
from typing import Final

from auth_core import AuthCore
from tests.integration.postgres.writes import (
    access,
    audit,
    login,
    oauth,
    outbox,
    passwords,
    recovery,
    sessions,
    throttling,
    tokens,
    upkeep,
    users,
    webhooks,
)

READS: Final = {
    "users.look_up",
    "users.look_up_by_email",
    "users.list",
    "users.look_up_listed",
    "sessions.list",
    "sessions.export_own",
    "sessions.list_of_user",
    "tokens.verify_access_token",
    "tokens.publish_keys",
    "tokens.load_keys",
    "tokens.list_keys",
    "revocation.follow",
    "revocation.read",
    "users.list_roles",
    "recovery.look_at_invitation",
    "users.explain_permission",
    "access.list_roles",
    "access.look_up_role",
    "access.preview_role",
    "audit.list",
    "audit.export",
    "audit.read_head",
    "audit.verify",
    "outbox.look",
    "outbox.list",
    "throttling.look",
    "oauth.list_clients",
    "oauth.look_up_client",
    "oauth.look_up_client_by_name",
    "oauth.introspect",
    "webhooks.list",
    "webhooks.look_up",
    "webhooks.list_deliveries",
    "webhooks.look",
}
"""Use cases that change nothing in the store."""

WRITES: Final = (
    *users.WRITES,
    *access.WRITES,
    *passwords.WRITES,
    *recovery.WRITES,
    *login.WRITES,
    *sessions.WRITES,
    *tokens.WRITES,
    *oauth.WRITES,
    *audit.WRITES,
    *outbox.WRITES,
    *webhooks.WRITES,
    *throttling.WRITES,
    *upkeep.WRITES,
)
"""Use cases that do: how each is called, when it has happened, and what whoever repeats it is told."""


def use_cases_of(auth: AuthCore) -> set[str]:
    """Return the names of all use cases, by room."""
    rooms = {each.name: getattr(auth, each.name) for each in fields(auth)}
    return {
        f"{name}.{each.name}"
        for name, room in rooms.items()
        for each in fields(room)
        if callable(getattr(room, each.name))
    }
