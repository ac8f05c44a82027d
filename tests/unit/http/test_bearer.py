"""The access token of a request: one, in its one place."""

from datetime import timedelta

import pytest

from tests.unit.http.asgi import Answer
from tests.unit.http.service import Service


async def me(service: Service, *authorization: bytes, query: bytes = b"", cookie: bytes | None = None) -> Answer:
    headers = tuple((b"authorization", value) for value in authorization)
    if cookie is not None:
        headers += ((b"cookie", cookie),)
    return await service.ask("GET", "/auth/me", headers=headers, query=query)


async def token_of(service: Service) -> bytes:
    token: str = (await service.signed_in())["access_token"]
    return token.encode()


@pytest.mark.covers("JWT-21")
@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER"])
async def test_the_scheme_is_known_in_any_case(service: Service, scheme: bytes) -> None:
    answer = await me(service, scheme + b" " + await token_of(service))

    assert answer.status == 200


async def test_without_a_token_one_is_asked_for_and_none_is_said_to_be_wrong(service: Service) -> None:
    answer = await me(service)

    assert (answer.status, answer.code, answer.header("www-authenticate")) == (401, "missing_token", "Bearer")


@pytest.mark.parametrize("authorization", [b"Basic dXNlcjpwYXNz", b"", b"Token x", b"Digest x"])
async def test_another_scheme_is_no_token(service: Service, authorization: bytes) -> None:
    answer = await me(service, authorization)

    assert (answer.status, answer.code) == (401, "missing_token")


@pytest.mark.covers("JWT-21", "JWT-10", "HTTP-19")
@pytest.mark.parametrize(
    "form",
    [
        b"Bearer", b"Bearer ", b"Bearer  %s", b"Bearer\t%s", b"Bearer %s ", b"Bearer %s,Bearer %s", b"Bearer %s %s",
        b"Bearer%s", b"Bearer: %s", b'Bearer "%s"', b"Bearer %s\xe9", b"Bearer token=%s", b"Bearer %s=", b"Bearer =%s",
    ],
)  # fmt: skip
async def test_another_spelling_of_a_good_token_is_refused(service: Service, form: bytes) -> None:
    token = await token_of(service)
    answer = await me(service, form.replace(b"%s", token))

    assert (answer.status, answer.code) == (401, "invalid_token")
    assert token not in answer.body
    assert 'error="invalid_token"' in (answer.header("www-authenticate") or "")


@pytest.mark.covers("JWT-21", "R-S6")
async def test_a_token_in_the_address_is_refused_even_beside_a_good_one(service: Service) -> None:
    token = await token_of(service)
    alone = await me(service, query=b"access_token=" + token)
    beside = await me(service, b"Bearer " + token, query=b"a=b&access_token=" + token)

    assert (alone.status, alone.code) == (beside.status, beside.code) == (400, "token_in_query")


@pytest.mark.covers("JWT-21", "HTTP-16")
async def test_a_cookie_is_no_token(service: Service) -> None:
    token = await token_of(service)
    answer = await me(service, cookie=b"access_token=" + token + b"; Authorization=Bearer " + token)

    assert answer.code == "missing_token"


@pytest.mark.covers("JWT-21")
async def test_of_two_tokens_none_is_chosen(service: Service) -> None:
    token = await token_of(service)

    for pair in ((b"Bearer " + token, b"Bearer x"), (b"Bearer x", b"Bearer " + token), (b"Bearer " + token,) * 2):
        assert (await me(service, *pair)).code == "ambiguous_header"


@pytest.mark.covers("JWT-15", "RFR-10")
async def test_a_refresh_token_is_no_access_token_and_the_other_way_round(service: Service) -> None:
    held = await service.signed_in()
    as_access = await service.ask("GET", "/auth/me", token=held["refresh_token"])
    as_refresh = await service.ask("POST", "/auth/refresh", {"refresh_token": held["access_token"]})
    verified = await service.ask("POST", "/auth/verify", {"token": held["refresh_token"]})

    assert (as_access.code, as_refresh.code, verified.code) == (
        "invalid_token",
        "invalid_refresh_token",
        "invalid_token",
    )


@pytest.mark.covers("JWT-13")
async def test_an_expired_token_is_told_as_that(service: Service) -> None:
    token = await token_of(service)
    service.clock.advance(timedelta(minutes=15))
    answer = await me(service, b"Bearer " + token)

    assert (answer.status, answer.code) == (401, "expired_token")
    assert 'error="invalid_token"' in (answer.header("www-authenticate") or "")


@pytest.mark.covers("AUZ-13", "AUZ-01")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/auth/me", "/auth/sessions"])
async def test_head_is_decided_as_get_is(service: Service, method: str, path: str) -> None:
    token = (await service.signed_in())["access_token"]
    with_token = await service.ask(method, path, token=token)
    without = await service.ask(method, path)

    assert (with_token.status, without.status) == (200, 401)
    assert (with_token.body == b"") == (method == "HEAD")


@pytest.mark.covers("AUZ-13", "HTTP-26")
@pytest.mark.parametrize("path", ["/auth/me/", "//auth/me", "/auth//me", "/Auth/Me", "/auth/me%2f", "/auth/./me"])
async def test_another_spelling_of_an_address_is_another_address(service: Service, path: str) -> None:
    token = (await service.signed_in())["access_token"]
    answer = await service.ask("GET", path, token=token)

    assert (answer.status, answer.header("location")) == (404, None)
