"""What other services are told: whose token it is, and which keys to trust."""

from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_core import Origin, assemble
from auth_http.settings import Settings
from tests.unit.http.asgi import ask
from tests.unit.http.parts import Parts
from tests.unit.http.service import Service, over


async def test_a_good_token_is_told_with_its_rights(service: Service) -> None:
    held = await service.signed_in()
    answer = await service.ask("POST", "/auth/verify", {"token": held["access_token"]})

    assert answer.status == 200
    assert answer.json() == {
        "valid": True,
        "user_id": held["user"]["id"],
        "session_id": answer.json()["session_id"],
        "roles": ["user"],
        "permissions": [],
        "expires_at": "2030-06-01T12:15:00Z",
        "issued_at": "2030-06-01T12:00:00Z",
        "authenticated_at": "2030-06-01T12:00:00Z",
        "methods": ["pwd"],
        "token_id": answer.json()["token_id"],
        "client_id": "first-party",
        "security_version": 0,
        "roles_version": 0,
    }
    assert answer.header("cache-control") == "no-store"


@pytest.mark.covers("JWT-13", "JWT-25", "SES-06")
async def test_a_token_that_is_not_good_is_told_with_the_reason(service: Service) -> None:
    held = await service.signed_in()
    token: str = held["access_token"]
    head, payload, signature = token.split(".")
    forged = await service.ask("POST", "/auth/verify", {"token": f"{head}.{payload}.{signature[:-4]}AAAA"})
    garbage = await service.ask("POST", "/auth/verify", {"token": "no token"})
    await service.ask("POST", "/auth/logout", token=token)
    revoked = await service.ask("POST", "/auth/verify", {"token": token})
    service.clock.advance(timedelta(minutes=15))
    expired = await service.ask("POST", "/auth/verify", {"token": token})

    assert [(each.status, each.code) for each in (forged, garbage, revoked, expired)] == [
        (401, "invalid_token"),
        (400, "malformed_token"),
        (401, "revoked_token"),
        (401, "expired_token"),
    ]


@pytest.mark.covers("JWT-22", "JWT-09")
@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d.e", "x" * 20_000, "é.é.é", " a.b.c"])
async def test_what_is_no_token_is_malformed(service: Service, token: str) -> None:
    answer = await service.ask("POST", "/auth/verify", {"token": token})

    assert (answer.status, answer.code) == (400, "malformed_token")
    assert "errors" not in answer.json()


async def test_the_keys_may_be_kept_for_as_long_as_the_policy_says(service: Service) -> None:
    answer = await service.ask("GET", "/.well-known/jwks.json")

    assert answer.status == 200
    assert answer.header("cache-control") == "public, max-age=300"
    assert [set(key) >= {"kty", "kid", "alg", "use"} for key in answer.json()["keys"]] == [True]


@pytest.mark.covers("JWT-24")
async def test_no_private_part_of_a_key_is_published(service: Service) -> None:
    answer = await service.ask("GET", "/.well-known/jwks.json")

    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & set(key) for key in answer.json()["keys"])


async def test_the_keys_are_told_again_only_when_they_have_changed(service: Service) -> None:
    first = await service.ask("GET", "/.well-known/jwks.json")
    tag = (first.header("etag") or "").encode()
    same = await service.ask("GET", "/.well-known/jwks.json", headers=((b"if-none-match", b'"x", W/' + tag),))
    await service.auth.tokens.rotate_keys(origin=Origin())
    changed = await service.ask("GET", "/.well-known/jwks.json", headers=((b"if-none-match", tag),))

    assert (same.status, same.body, same.header("etag")) == (304, b"", tag.decode())
    assert same.header("cache-control") == "public, max-age=300"
    assert changed.status == 200
    assert len(changed.json()["keys"]) == 2


async def test_without_any_key_the_empty_set_is_not_given_out_to_be_kept() -> None:
    app = over(Parts(settings=Settings(), auth=assemble(memory_ports(), FOR_TESTS)))
    answer = await ask(app, "GET", "/.well-known/jwks.json")

    assert answer is not None
    assert (answer.status, answer.code, answer.header("cache-control")) == (503, "no_signing_key", "no-store")


@pytest.mark.covers("AUZ-14")
async def test_an_address_has_no_second_name_with_a_line_feed_at_its_end(service: Service) -> None:
    answer = await service.ask("POST", "/auth/verify\n", {"token": "x"})

    assert (answer.status, answer.code) == (404, "not_found")
