"""The token endpoint, as RFC 6749 has it."""

from urllib.parse import urlencode

import pytest

from tests.unit.http.asgi import Answer, ask
from tests.unit.http.service import EMAIL, PASSWORD, Service


async def grant(service: Service, **parameters: str) -> Answer:
    return await service.ask("POST", "/auth/token", form=urlencode(parameters).encode())


async def test_the_password_grant_gives_tokens(service: Service) -> None:
    await service.register()
    answer = await grant(service, grant_type="password", username=EMAIL, password=PASSWORD)
    held = answer.json()

    assert answer.status == 200
    assert set(held) == {"access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in"}
    assert (answer.header("cache-control"), answer.header("pragma")) == ("no-store", "no-cache")
    assert (await service.ask("GET", "/auth/me", token=held["access_token"])).status == 200


async def test_the_refresh_grant_gives_the_next_ones(service: Service) -> None:
    held = await service.signed_in()
    answer = await grant(service, grant_type="refresh_token", refresh_token=held["refresh_token"])

    assert answer.status == 200
    assert answer.json()["refresh_token"] != held["refresh_token"]


async def test_a_password_may_hold_anything_a_form_can_write(service: Service) -> None:
    password = "é+&=% \U0001f511 '\""
    await service.register(password=password)
    answer = await grant(service, grant_type="password", username=EMAIL, password=password)

    assert answer.status == 200


async def test_the_client_and_what_is_not_known_are_ignored(service: Service) -> None:
    await service.register()
    form = urlencode({"grant_type": "password", "username": EMAIL, "password": PASSWORD, "client_id": "x", "a": "b"})
    answer = await service.ask("POST", "/auth/token", form=form.encode(), headers=((b"authorization", b"Basic eDp5"),))

    assert answer.status == 200


@pytest.mark.covers("R-T3")
async def test_nobody_learns_who_has_an_account(service: Service) -> None:
    await service.register()
    unknown = await grant(service, grant_type="password", username="nobody@example.com", password=PASSWORD)
    wrong = await grant(service, grant_type="password", username=EMAIL, password="wrong")

    assert (unknown.status, unknown.json()["error"]) == (400, "invalid_grant")
    assert unknown.body == wrong.body


async def test_a_refresh_token_that_is_not_good_is_an_invalid_grant(service: Service) -> None:
    answer = await grant(service, grant_type="refresh_token", refresh_token="garbage")

    assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": EMAIL, "password": ""}, "invalid_request"),
        ({"grant_type": "refresh_token", "username": EMAIL, "password": PASSWORD}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "Password", "username": EMAIL, "password": PASSWORD}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": EMAIL, "password": PASSWORD, "scope": "admin"}, "invalid_scope"),
    ],
)
async def test_what_cannot_be_granted_is_told_in_the_words_of_the_rfc(
    service: Service, parameters: dict[str, str], error: str
) -> None:
    await service.register()
    answer = await grant(service, **parameters)

    assert (answer.status, answer.json()["error"]) == (400, error)
    assert answer.header("content-type") == "application/json"
    assert (answer.header("cache-control"), answer.header("pragma")) == ("no-store", "no-cache")
    assert PASSWORD.encode() not in answer.body


@pytest.mark.covers("HTTP-10", "HTTP-11")
async def test_nothing_but_a_form_is_read(service: Service) -> None:
    multipart = b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\npassword\r\n--x--\r\n'
    as_json = await service.ask("POST", "/auth/token", {"grant_type": "password"})
    as_multipart = await ask(
        service.app, "POST", "/auth/token", (b"content-type", b"multipart/form-data; boundary=x"), body=multipart
    )
    in_the_address = await service.ask("POST", "/auth/token", query=b"grant_type=password&username=a&password=b")

    assert as_multipart is not None
    assert (as_json.status, as_multipart.status) == (415, 415)
    assert in_the_address.json()["error"] == "invalid_request"


async def test_a_parameter_given_twice_is_refused(service: Service) -> None:
    form = b"grant_type=password&username=a%40b.c&username=d%40e.f&password=x"
    answer = await service.ask("POST", "/auth/token", form=form)

    assert (answer.status, answer.json()["error"]) == (400, "invalid_request")
