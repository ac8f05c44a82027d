"""The document that describes the service is complete."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from tests.unit.http.interface import APP, DOCUMENT

ROUTES = {
    "POST /auth/register": "register",
    "POST /setup/administrator": "set_up_administrator",
    "POST /auth/login": "login",
    "POST /auth/token": "token",
    "POST /auth/refresh": "refresh",
    "POST /auth/logout": "logout",
    "POST /auth/logout-all": "logout_all",
    "POST /auth/logout-others": "logout_others",
    "GET /auth/me": "read_profile",
    "GET /auth/me/export": "export_own_data",
    "PATCH /auth/me": "update_profile",
    "PUT /auth/me": "replace_profile",
    "DELETE /auth/me": "leave",
    "POST /auth/change-password": "change_password",
    "POST /auth/email/verify": "verify_email",
    "POST /auth/email/resend": "resend_verification",
    "POST /auth/password/forgot": "forgot_password",
    "POST /auth/password/reset": "reset_forgotten_password",
    "POST /auth/email/change": "change_email",
    "POST /auth/email/change/confirm": "confirm_email_change",
    "POST /auth/email/change/undo": "undo_email_change",
    "GET /auth/sessions": "list_sessions",
    "DELETE /auth/sessions/{session_id}": "end_session",
    "POST /oauth/introspect": "introspect",
    "POST /oauth/revoke": "revoke",
    "GET /admin/users": "list_users",
    "GET /admin/users/{user_id}": "read_user",
    "POST /admin/users/bulk": "change_many_users",
    "GET /admin/users/{user_id}/roles": "read_roles_of_user",
    "PUT /admin/users/{user_id}/roles": "set_roles_of_user",
    "GET /admin/users/{user_id}/permissions/{permission}": "explain_permission",
    "POST /admin/users": "create_user",
    "PATCH /admin/users/{user_id}": "update_user",
    "PUT /admin/users/{user_id}": "replace_user",
    "DELETE /admin/users/{user_id}": "delete_user",
    "POST /admin/users/{user_id}/restore": "restore_user",
    "POST /admin/users/{user_id}/disable": "disable_user",
    "POST /admin/users/{user_id}/enable": "enable_user",
    "POST /admin/users/{user_id}/password": "reset_password_of_user",
    "POST /admin/users/{user_id}/force-password-change": "force_password_change_of_user",
    "GET /admin/users/{user_id}/sessions": "list_sessions_of_user",
    "DELETE /admin/users/{user_id}/sessions": "end_sessions_of_user",
    "DELETE /admin/users/{user_id}/sessions/{session_id}": "end_session_of_user",
    "GET /admin/roles": "list_roles",
    "POST /admin/roles": "create_role",
    "GET /admin/roles/{role}": "read_role",
    "PUT /admin/roles/{role}": "replace_role",
    "DELETE /admin/roles/{role}": "delete_role",
    "POST /admin/roles/{role}/preview": "preview_role",
    "GET /auth/revocations": "read_revocations",
    "GET /admin/events": "list_events",
    "POST /auth/verify": "verify",
    "GET /.well-known/jwks.json": "read_jwks",
    "GET /.well-known/oauth-authorization-server": "read_server_metadata",
    "GET /admin/clients": "list_clients",
    "POST /admin/clients": "create_client",
    "GET /admin/clients/{client_id}": "read_client",
    "PATCH /admin/clients/{client_id}": "change_client",
    "DELETE /admin/clients/{client_id}": "delete_client",
    "POST /admin/clients/{client_id}/secret": "rotate_client_secret",
    "GET /health/live": "read_liveness",
    "GET /health/ready": "read_readiness",
}
AS_OAUTH_HAS_IT = {"token", "introspect", "revoke"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def has_example(content: dict[str, Any]) -> bool:
    return bool(content.get("examples") or resolved(content["schema"]).get("examples"))


each_operation = pytest.mark.parametrize(
    "operation", [op for _, op in operations()], ids=[name for name, _ in operations()]
)


def test_the_routes_and_their_names_are_these() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert {name: operation["operationId"] for name, operation in operations()} == ROUTES


@each_operation
def test_an_operation_says_what_it_is(operation: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"]}

    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert set(operation["tags"]) <= tags


@each_operation
def test_what_goes_in_and_what_comes_out_has_an_example(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        assert all(has_example(content) for content in operation["requestBody"]["content"].values())
    for parameter in operation.get("parameters", []):
        assert parameter["schema"]["examples"]
    for status, response in operation["responses"].items():
        assert response["description"]
        if status not in {"204", "304"} and (operation["operationId"], status) != ("revoke", "200"):
            assert response["content"], status
            assert all(has_example(content) for content in response["content"].values()), status


@each_operation
def test_every_failure_is_told_as_a_problem_with_its_code(operation: dict[str, Any]) -> None:
    failures = {status: each for status, each in operation["responses"].items() if status >= "400"}

    assert {"400", "431", "500"} <= set(failures)
    for status, response in failures.items():
        for media_type, content in response["content"].items():
            for code, example in content["examples"].items():
                if media_type == "application/json":
                    assert operation["operationId"] in AS_OAUTH_HAS_IT
                    assert example["value"]["error"] == code
                else:
                    assert media_type == "application/problem+json"
                    assert example["value"]["code"] == code
                    assert str(example["value"]["status"]) == status


@each_operation
def test_what_a_route_takes_decides_what_can_go_wrong(operation: dict[str, Any]) -> None:
    statuses = set(operation["responses"])

    if "requestBody" in operation:
        assert {"408", "413", "415"} <= statuses
        assert "422" in statuses or operation["operationId"] in AS_OAUTH_HAS_IT
    if operation.get("security"):
        assert {"401", "503"} <= statuses


def test_nothing_of_the_framework_is_left_in_the_document() -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(DOCUMENT["components"]["schemas"])


def test_one_can_sign_in_where_it_is_read() -> None:
    scheme = DOCUMENT["components"]["securitySchemes"]["password"]

    assert scheme["type"] == "oauth2"
    assert scheme["flows"]["password"]["tokenUrl"] == "auth/token"


def test_passwords_and_tokens_that_are_asked_for_are_marked_as_secret() -> None:
    for model, member in (
        ("Credentials", "password"),
        ("RefreshToken", "refresh_token"),
        ("TokenToVerify", "token"),
        ("TokenOfSomebodyForm", "token"),
        ("TokenOfSomebodyForm", "client_secret"),
    ):
        assert DOCUMENT["components"]["schemas"][model]["properties"][member]["format"] == "password"


def test_no_route_waits_in_a_thread() -> None:
    """A route or a dependency that is not async would share its threads with everything else that blocks."""
    for route in iter_route_contexts(APP.routes):
        assert inspect.iscoroutinefunction(route.endpoint), route.path
