"""Administrators say over HTTP who holds which roles."""

import pytest

from auth_core import Origin, Redacted
from tests.unit.http.service import PASSWORD, Service


async def holder(service: Service, email: str, *roles: str) -> tuple[str, str]:
    """Return the id and the access token of somebody who holds these roles."""
    user = await service.auth.users.create(
        email=email,
        password=Redacted(PASSWORD),
        first_name="Ada",
        last_name="Lovelace",
        roles=roles,
        actor=None,
        origin=Origin(),
    )
    held = await service.auth.login.log_in(email=email, password=Redacted(PASSWORD), origin=Origin())
    return str(user.id), held.tokens.access_token.reveal()


@pytest.mark.covers("AUZ-09", "R-S4")
async def test_the_roles_of_a_user_are_set_and_in_force_with_the_answer(service: Service) -> None:
    admin_id, admin = await holder(service, "admin@example.com", "admin")
    user_id, token = await holder(service, "other@example.com", "admin")

    answer = await service.ask("PUT", f"/admin/users/{user_id}/roles", {"roles": ["user"]}, token=admin)
    refused = await service.ask("GET", "/auth/me", token=token)
    back = await service.ask("PUT", f"/admin/users/{user_id}/roles", {"roles": ["user", "admin"]}, token=admin)

    assert (answer.status, answer.json()["user_id"]) == (200, user_id)
    assert [each["role"] for each in answer.json()["roles"]] == ["user"]
    assert (refused.status, refused.code) == (401, "revoked_token")
    assert [(each["role"], each["assigned_by"]) for each in back.json()["roles"]] == [
        ("admin", admin_id),
        ("user", None),
    ]


@pytest.mark.covers("AUZ-04")
async def test_the_last_administrator_cannot_resign(service: Service) -> None:
    admin_id, admin = await holder(service, "admin@example.com", "admin")

    answer = await service.ask("PUT", f"/admin/users/{admin_id}/roles", {"roles": ["user"]}, token=admin)

    assert (answer.status, answer.code) == (409, "last_administrator")
    assert (await service.ask("GET", "/auth/me", token=admin)).json()["roles"] == ["admin", "user"]


@pytest.mark.covers("AUZ-06")
async def test_nobody_sets_roles_without_the_permission(service: Service) -> None:
    user_id, user = await holder(service, "user@example.com")

    answer = await service.ask("PUT", f"/admin/users/{user_id}/roles", {"roles": ["admin"]}, token=user)

    assert (answer.status, answer.code) == (403, "permission_denied")


@pytest.mark.covers("AUZ-03")
@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({"roles": ["boss"]}, 404, "role_not_found"),
        ({"roles": ["BOSS"]}, 422, "invalid_role_name"),
        ({"roles": "admin"}, 422, "rejected"),
        ({"roles": [1]}, 422, "rejected"),
        ({"roles": ["a"] * 101}, 422, "rejected"),
        ({"roles": ["a" * 64]}, 422, "rejected"),
        ({}, 422, "rejected"),
        ({"roles": [], "permissions": ["*"]}, 422, "rejected"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    service: Service, document: object, status: int, code: str
) -> None:
    _, admin = await holder(service, "admin@example.com", "admin")
    user_id, user = await holder(service, "user@example.com")

    answer = await service.ask("PUT", f"/admin/users/{user_id}/roles", document, token=admin)

    assert (answer.status, answer.code) == (status, code)
    assert (await service.ask("GET", "/auth/me", token=user)).json()["roles"] == ["user"]


@pytest.mark.parametrize(
    "user_id", ["01a20b79-6948-7ac8-969a-72438db0f816", "me", "01A20B79-6948-7AC8-969A-72438DB0F816"]
)
async def test_nobody_has_no_roles(service: Service, user_id: str) -> None:
    _, admin = await holder(service, "admin@example.com", "admin")

    answer = await service.ask("PUT", f"/admin/users/{user_id}/roles", {"roles": []}, token=admin)

    assert answer.status == (404 if user_id.startswith("01a") else 422)
