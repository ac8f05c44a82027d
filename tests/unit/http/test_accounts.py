"""Making an account, and changing it."""

import pytest

from auth_adapters.memory import auth_in_memory, memory_ports
from auth_core import Origin, Redacted, RegistrationMode, VerifiedClaims
from auth_http.settings import Settings
from tests.unit.http.asgi import JSON, ask
from tests.unit.http.parts import Parts
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service, over


@pytest.mark.covers("REG-01")
async def test_a_new_account_is_answered_without_secrets(service: Service) -> None:
    answer = await service.register()

    assert set(answer.json()) == {
        "id", "email", "first_name", "last_name", "status", "created_at", "updated_at", "last_login_at",
            "version", "email_verified", "email_verified_at",
    }  # fmt: skip
    assert answer.json()["created_at"] == "2030-06-01T12:00:00.123456Z"
    assert PASSWORD.encode() not in answer.body


@pytest.mark.covers("REG-02", "REG-04")
async def test_an_address_is_taken_in_any_case(service: Service) -> None:
    await service.register()
    answer = await service.register(email=EMAIL.upper())

    assert (answer.status, answer.code) == (409, "email_taken")


async def test_everything_wrong_with_a_registration_is_told_at_once(service: Service) -> None:
    answer = await service.ask(
        "POST", "/auth/register", {"email": "nobody", "password": "aaa", "first_name": "", "last_name": "x\u202e"}
    )

    assert (answer.status, answer.code) == (422, "rejected")
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("#/email", "invalid_email"),
        ("#/first_name", "invalid_name"),
        ("#/last_name", "invalid_name"),
        ("#/password", "too_short"),
        ("#/password", "one_character"),
    }


async def test_a_weak_password_alone_has_a_code_of_its_own(service: Service) -> None:
    answer = await service.register(password="short")

    assert (answer.status, answer.code) == (422, "weak_password")


@pytest.mark.covers("PWD-14")
async def test_everything_wrong_with_a_new_password_is_told_at_once(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    change = {"current_password": PASSWORD, "new_password": "dragon"}
    answer = await service.ask("POST", "/auth/change-password", change, token=token)

    assert (answer.status, answer.code) == (422, "weak_password")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("#/new_password", "too_short"),
        ("#/new_password", "common"),
    ]
    assert all(error["detail"] for error in answer.json()["errors"])
    assert b"dragon" not in answer.body


@pytest.mark.covers("REG-18")
async def test_registration_can_be_closed() -> None:
    service = await a_service(Settings(registration=RegistrationMode.CLOSED))
    answer = await service.register()

    assert (answer.status, answer.code) == (403, "registration_closed")


async def test_names_are_changed_one_by_one_or_together(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    one = await service.ask("PATCH", "/auth/me", {"last_name": "Murray"}, token=token)
    none = await service.ask("PATCH", "/auth/me", {}, token=token)
    both = await service.ask("PUT", "/auth/me", {"first_name": "G.", "last_name": "H."}, token=token)
    half = await service.ask("PUT", "/auth/me", {"first_name": "G."}, token=token)

    assert [(each.json()["first_name"], each.json()["last_name"]) for each in (one, none, both)] == [
        ("Grace", "Murray"),
        ("Grace", "Murray"),
        ("G.", "H."),
    ]
    assert (half.status, half.json()["errors"]) == (
        422,
        [{"pointer": "#/last_name", "code": "missing", "detail": "This is needed."}],
    )


async def test_null_is_not_the_same_as_left_out(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    answer = await service.ask("PATCH", "/auth/me", {"first_name": None}, token=token)

    assert answer.status == 422


@pytest.mark.covers("REG-11", "AUZ-03", "R-A1")
@pytest.mark.parametrize(
    "member", ["is_superuser", "roles", "id", "email_verified", "created_at", "status", "Roles", "user.roles", "email"]
)
async def test_nobody_writes_what_is_not_theirs_to_write(service: Service, member: str) -> None:
    token = (await service.signed_in())["access_token"]
    before = (await service.ask("GET", "/auth/me", token=token)).body
    answer = await service.ask("PATCH", "/auth/me", {"first_name": "Eve", member: True}, token=token)

    assert answer.status == 422
    assert answer.json()["errors"][0]["code"] == "unknown_member"
    assert (await service.ask("GET", "/auth/me", token=token)).body == before


async def test_a_wrong_current_password_is_no_reason_to_doubt_the_token(service: Service) -> None:
    token = (await service.signed_in())["access_token"]
    answer = await service.ask(
        "POST", "/auth/change-password", {"current_password": "wrong", "new_password": "paper lantern"}, token=token
    )

    assert (answer.status, answer.code, answer.header("www-authenticate")) == (401, "wrong_password", "Bearer")


async def test_a_new_password_must_be_good_and_new(service: Service) -> None:
    token = (await service.signed_in())["access_token"]

    async def change(new: str) -> list[str]:
        answer = await service.ask(
            "POST", "/auth/change-password", {"current_password": PASSWORD, "new_password": new}, token=token
        )
        assert (answer.status, answer.code) == (422, "weak_password")
        return [error["code"] for error in answer.json()["errors"]]

    assert await change("aaa") == ["too_short", "one_character"]
    assert await change(PASSWORD) == ["unchanged"]


class Trusting:
    """Finds every token in order, as a check does that looked a moment too early."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        return True


@pytest.mark.covers("JWT-20", "R-S4")
@pytest.mark.parametrize(("method", "document"), [("GET", None), ("PATCH", b'{"first_name": "Eve"}')])
async def test_an_account_that_was_closed_a_moment_ago_is_not_shown(method: str, document: bytes | None) -> None:
    auth = await auth_in_memory(memory_ports(access_check=Trusting()))
    password = Redacted(PASSWORD)
    user = await auth.users.register(
        email=EMAIL, password=password, first_name="Grace", last_name="Hopper", origin=Origin()
    )
    assert user is not None
    held = await auth.login.log_in(email=EMAIL, password=password, origin=Origin())
    await auth.users.disable(user_id=user.id, actor=None, origin=Origin())
    bearer = (b"authorization", b"Bearer " + held.tokens.access_token.reveal().encode())
    answer = await ask(
        over(Parts(settings=Settings(), auth=auth)), method, "/auth/me", bearer, JSON, body=document or b""
    )

    assert answer is not None
    assert (answer.status, answer.code) == (401, "revoked_token")
