"""Introspection, as RFC 7662 has it, and what it has in common with revocation: who may ask, and how."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from auth_core import Origin
from tests.unit.http.clients import INTROSPECT, REVOKE, Client, a_client, basic
from tests.unit.http.service import EMAIL, Service

each_endpoint = pytest.mark.parametrize("path", [INTROSPECT, REVOKE])


@pytest.fixture
async def client(service: Service) -> Client:
    return await a_client(service, "tokens:introspect", "tokens:revoke")


@pytest.fixture
async def held(service: Service) -> dict[str, Any]:
    return await service.signed_in()


async def test_an_access_token_is_told_by_the_names_of_the_rfc(client: Client, held: dict[str, Any]) -> None:
    answer = await client.ask(INTROSPECT, token=held["access_token"])
    told = answer.json()

    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    assert (answer.header("cache-control"), answer.header("pragma")) == ("no-store", "no-cache")
    assert {name: told.pop(name) is not None for name in ("jti", "sid")} == {"jti": True, "sid": True}
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "iss": "http://127.0.0.1:8000",
        "aud": "auth-service",
        "sub": held["user"]["id"],
        "client_id": "first-party",
        "iat": 1906545600,
        "exp": 1906546500,
        "auth_time": 1906545600,
        "amr": ["pwd"],
        "ver": 0,
        "roles": ["user"],
        "permissions": [],
    }
    assert EMAIL.encode() not in answer.body


async def test_a_refresh_token_has_no_rights_and_is_no_bearer(client: Client, held: dict[str, Any]) -> None:
    answer = await client.ask(INTROSPECT, token=held["refresh_token"], token_type_hint="refresh_token")

    assert set(answer.json()) == {
        "active", "iss", "aud", "sub", "client_id", "sid", "jti", "iat", "exp", "auth_time", "amr",
    }  # fmt: skip
    assert answer.json()["active"] is True
    assert answer.json()["aud"] == answer.json()["iss"]


@pytest.mark.covers("JWT-15", "R-O7")
@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh-token"}])
async def test_a_refresh_token_is_not_active_to_who_does_not_say_that_it_is_one(
    client: Client, held: dict[str, Any], hint: dict[str, str]
) -> None:
    answer = await client.ask(INTROSPECT, token=held["refresh_token"], **hint)

    assert (answer.status, answer.body) == (200, b'{"active":false}')


@pytest.mark.covers("R-O7", "JWT-13", "JWT-22", "SES-06")
async def test_nothing_is_told_of_a_token_that_is_not_good_but_that(
    service: Service, client: Client, held: dict[str, Any]
) -> None:
    access = held["access_token"]
    head, payload, signature = access.split(".")
    other = (await service.log_in()).json()
    await service.ask("POST", "/auth/logout", token=other["access_token"])
    bodies: set[bytes] = set()

    for hint in ("", "access_token", "refresh_token", "id_token", "\u202e", "x" * 1000):
        for token in (
            "no token", "a.b.c", "é", f"{head}.{payload}.{signature[:-4]}AAAA", f"{head}.{payload}.", "x" * 20_000,
            f" {access}", f"{access}=", client.secret, other["access_token"], other["refresh_token"],
        ):  # fmt: skip
            answer = await client.ask(INTROSPECT, token=token, token_type_hint=hint)
            assert answer.status == 200
            bodies.add(answer.body)
    service.clock.advance(timedelta(minutes=15))
    bodies.add((await client.ask(INTROSPECT, token=access)).body)

    assert bodies == {b'{"active":false}'}


@pytest.mark.covers("JWT-15", "RFR-10")
async def test_a_client_secret_is_no_token_and_no_token_is_a_client_secret(
    service: Service, client: Client, held: dict[str, Any]
) -> None:
    as_access = await service.ask("GET", "/auth/me", token=client.secret)
    as_refresh = await service.ask("POST", "/auth/refresh", {"refresh_token": client.secret})
    to_verify = await service.ask("POST", "/auth/verify", {"token": client.secret})
    as_secrets = [
        await service.ask("POST", path, form=b"token=x", headers=(basic(f"{client.id}:{token}"),))
        for path in (INTROSPECT, REVOKE)
        for token in (held["access_token"], held["refresh_token"])
    ]

    assert (as_access.code, as_refresh.code, to_verify.code) == (
        "invalid_token",
        "invalid_refresh_token",
        "malformed_token",
    )
    assert {each.json()["error"] for each in as_secrets} == {"invalid_client"}


# ---- Who may ask


@each_endpoint
async def test_a_client_may_show_its_secret_in_the_form(
    service: Service, client: Client, held: dict[str, Any], path: str
) -> None:
    form = urlencode({"token": held["access_token"], "client_id": client.id, "client_secret": client.secret})
    answer = await service.ask("POST", path, form=form.encode())

    assert answer.status == 200


@each_endpoint
@pytest.mark.parametrize("scheme", [b"Basic", b"basic", b"BASIC"])
async def test_the_halves_may_be_encoded_as_in_a_form_and_the_scheme_written_in_any_case(
    service: Service, client: Client, path: str, scheme: bytes
) -> None:
    encoded = quote(client.id, safe="").replace("-", "%2D") + ":" + quote(client.secret).replace("_", "%5f")
    name, value = basic(encoded)
    header = (name, value.replace(b"Basic", scheme))

    answer = await service.ask("POST", path, form=b"token=x", headers=(header,))

    assert answer.status == 200


@pytest.mark.covers("R-O7", "R-O6", "R-T3")
@each_endpoint
async def test_whoever_is_not_a_client_is_told_one_thing_whatever_it_is(
    service: Service, client: Client, held: dict[str, Any], path: str
) -> None:
    disabled = await a_client(service, "tokens:introspect", "tokens:revoke", name="disabled")
    to_disable = await service.auth.oauth.look_up_client_by_name(name="disabled")
    await service.auth.oauth.change_client(client_id=to_disable.id, disabled=True, actor=None, origin=Origin())
    stranger = "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"
    headers = (
        basic(f"{client.id}:authcs_wrong"), basic(f"{client.id}:"), basic(f":{client.secret}"), basic(client.id),
        basic(f"{stranger}:{client.secret}"), disabled.basic, basic(":"), basic(b"\xff:\xff"),
        basic(f"{client.id}:{client.secret}\0"), basic(f"{client.id}:%ff"), (b"authorization", b"Basic"),
        (b"authorization", b"Basic ====="), (b"authorization", b"Basic a b"), (b"authorization", b"Digest x"),
        (b"authorization", b"Bearer " + held["access_token"].encode()), (b"x-nothing", b"at all"),
    )  # fmt: skip
    in_form = ({"client_id": client.id}, {"client_secret": client.secret}, {"client_id": "x", "client_secret": "y"})
    token = {"token": held["access_token"]}
    answers = [await service.ask("POST", path, form=urlencode(token).encode(), headers=(each,)) for each in headers]
    answers += [await service.ask("POST", path, form=urlencode(token | each).encode()) for each in in_form]

    assert {(each.status, each.json()["error"]) for each in answers} == {(401, "invalid_client")}
    assert {each.body for each in answers} == {answers[0].body}
    assert {each.header("www-authenticate") for each in answers} == {'Basic realm="auth-service", charset="UTF-8"'}
    assert {(each.header("cache-control"), each.header("pragma")) for each in answers} == {("no-store", "no-cache")}
    assert (await service.ask("GET", "/auth/me", token=held["access_token"])).status == 200


@pytest.mark.covers("R-A1", "R-O7")
@each_endpoint
async def test_a_client_that_may_do_something_else_may_not_do_this(
    service: Service, held: dict[str, Any], path: str
) -> None:
    other = "tokens:revoke" if path == INTROSPECT else "tokens:introspect"
    client = await a_client(service, other, "revocations:read")

    answers = [await client.ask(path, token=token) for token in (held["access_token"], "garbage")]

    assert {(each.status, each.json()["error"]) for each in answers} == {(400, "unauthorized_client")}
    assert answers[0].body == answers[1].body


@each_endpoint
async def test_two_ways_to_say_who_one_is_are_one_too_many(service: Service, client: Client, path: str) -> None:
    for in_form in (
        {"client_id": client.id, "client_secret": client.secret},
        {"client_secret": client.secret},
        {"client_id": "somebody-else"},
    ):
        form = urlencode({"token": "x", **in_form}).encode()
        answer = await service.ask("POST", path, form=form, headers=(client.basic,))

        assert (answer.status, answer.json()["error"]) == (400, "invalid_request")
        assert client.secret.encode() not in answer.body


@each_endpoint
async def test_an_id_besides_the_header_that_says_the_same_is_no_second_way(
    service: Service, client: Client, path: str
) -> None:
    form = urlencode({"token": "x", "client_id": client.id}).encode()

    assert (await service.ask("POST", path, form=form, headers=(client.basic,))).status == 200


@each_endpoint
async def test_without_a_token_there_is_nothing_to_tell(service: Service, client: Client, path: str) -> None:
    for form in (b"", b"token=", b"token_type_hint=access_token"):
        answer = await service.ask("POST", path, form=form, headers=(client.basic,))

        assert (answer.status, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.covers("HTTP-10", "HTTP-11")
@each_endpoint
async def test_nothing_is_read_from_the_address_or_from_anything_but_a_form(
    service: Service, client: Client, held: dict[str, Any], path: str
) -> None:
    query = urlencode({"token": held["access_token"], "client_id": client.id, "client_secret": client.secret}).encode()

    in_the_address = await service.ask("POST", path, query=query)
    both = await service.ask("POST", path, form=b"token=x", query=b"client_secret=x", headers=(client.basic,))
    as_json = await service.ask("POST", path, {"token": held["access_token"]}, headers=(client.basic,))

    assert [(each.status, each.json()["error"]) for each in (in_the_address, both)] == [(400, "invalid_request")] * 2
    assert as_json.status == 415


@each_endpoint
async def test_a_parameter_given_twice_is_refused(service: Service, client: Client, path: str) -> None:
    answer = await service.ask("POST", path, form=b"token=x&token=y", headers=(client.basic,))

    assert (answer.status, answer.json()["error"]) == (400, "invalid_request")


@each_endpoint
async def test_only_what_is_posted_is_looked_at(service: Service, client: Client, path: str) -> None:
    answer = await service.ask("GET", path, headers=(client.basic,), query=b"token=x")

    assert (answer.status, answer.header("allow")) == (405, "POST")


# ---- What is logged


async def test_the_log_knows_which_client_was_not_believed_and_not_what_it_showed(
    service: Service, client: Client, lines: list[dict[str, Any]]
) -> None:
    await service.ask("POST", INTROSPECT, form=b"token=x", headers=(basic(f"{client.id}:authcs_guess"),))
    await service.ask("POST", INTROSPECT, form=b"token=x", headers=(basic("my-password:authcs_guess"),))

    told = [line for line in lines if line["event"] == "client_not_believed"]
    assert [(line["client_id"], line["log_level"]) for line in told] == [(client.id, "warning"), (None, "warning")]
    assert "authcs_guess" not in repr(lines)
    assert "my-password" not in repr(lines)
