"""Signing in, staying signed in."""

from uuid import UUID

import pytest

from auth_core import Origin
from auth_core.ids import UserId
from tests.unit.http.service import EMAIL, PASSWORD, Service


async def test_a_sign_in_gives_tokens_and_whose_they_are(service: Service) -> None:
    await service.register()
    answer = await service.log_in()
    held = answer.json()

    assert set(held) == {"access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in", "user"}
    assert (held["token_type"], held["expires_in"], held["refresh_expires_in"]) == ("Bearer", 900, 604_800)
    assert held["user"]["roles"] == ["user"]
    assert held["user"]["last_login_at"] == "2030-06-01T12:00:00.123456Z"


@pytest.mark.covers("R-T3", "REG-03", "PWD-11", "HTTP-19")
async def test_who_may_not_sign_in_learns_nothing_of_why(service: Service) -> None:
    user_id = UserId(UUID((await service.register()).json()["id"]))
    same_id = ((b"x-request-id", b"the-same"),)

    async def attempt(email: str, password: str) -> object:
        before = service.hasher.verifications
        answer = await service.ask("POST", "/auth/login", {"email": email, "password": password}, headers=same_id)
        return answer.status, answer.headers, answer.body, service.hasher.verifications - before

    unknown = await attempt("nobody@example.com", PASSWORD)
    no_address = await attempt("no address at all", PASSWORD)
    wrong = await attempt(EMAIL, PASSWORD + "x")
    over_long = await attempt(EMAIL, "x" * 5000)
    await service.auth.users.disable(user_id=user_id, actor=None, origin=Origin())
    disabled = await attempt(EMAIL, PASSWORD)

    assert wrong == unknown == no_address == over_long == disabled
    assert (await service.log_in()).code == "invalid_credentials"


@pytest.mark.covers("PWD-20")
async def test_a_full_line_is_told_with_the_time_to_wait(service: Service) -> None:
    service.hasher.busy = True
    login = await service.log_in()
    token = await service.ask("POST", "/auth/token", form=b"grant_type=password&username=a%40b.cd&password=x")

    assert (login.status, login.code, login.header("retry-after")) == (503, "busy", "1")
    assert (token.status, token.json()["error"], token.header("retry-after")) == (503, "temporarily_unavailable", "1")


@pytest.mark.covers("RFR-03", "R-F2")
async def test_a_refresh_whose_answer_was_lost_yields_the_same_next_token(service: Service) -> None:
    held = await service.signed_in()
    first = await service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})
    retried = await service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})

    assert first.json()["refresh_token"] == retried.json()["refresh_token"] != held["refresh_token"]
    assert set(first.json()) == {"access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in"}


@pytest.mark.covers("RFR-11")
@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO", "post"]
)
async def test_nothing_but_post_refreshes(service: Service, method: str) -> None:
    held = await service.signed_in()
    answer = await service.ask(method, "/auth/refresh", {"refresh_token": held["refresh_token"]})

    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert b"access_token" not in answer.body
