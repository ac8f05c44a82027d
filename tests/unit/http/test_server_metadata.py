"""The metadata of the authorization server, as RFC 8414 has it: nothing in it that is not true."""

from urllib.parse import urlencode

import pytest

from auth_http.settings import Settings
from tests.unit.http.clients import a_client
from tests.unit.http.service import EMAIL, PASSWORD, Service, a_service

PATH = "/.well-known/oauth-authorization-server"


async def test_the_metadata_says_what_is_there_and_for_how_long_to_keep_it() -> None:
    service = await a_service(Settings(public_url="https://auth.example.com/login", issuer="https://example.com"))
    answer = await service.ask("GET", PATH)
    again = await service.ask("GET", PATH, headers=((b"if-none-match", (answer.header("etag") or "").encode()),))

    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "public, max-age=300"
    assert (again.status, again.body) == (304, b"")
    assert answer.json() == {
        "issuer": "https://example.com",
        "token_endpoint": "https://auth.example.com/login/auth/token",
        "jwks_uri": "https://auth.example.com/login/.well-known/jwks.json",
        "introspection_endpoint": "https://auth.example.com/login/oauth/introspect",
        "revocation_endpoint": "https://auth.example.com/login/oauth/revoke",
        "response_types_supported": [],
        "grant_types_supported": ["password", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


@pytest.mark.covers("R-O5")
async def test_the_issuer_is_the_one_in_tokens(service: Service) -> None:
    held = await service.signed_in()
    client = await a_client(service, "tokens:introspect")
    told = (await client.ask("/oauth/introspect", token=held["access_token"])).json()

    assert (await service.ask("GET", PATH)).json()["issuer"] == told["iss"]


async def test_what_it_names_is_there_and_does_what_it_says(service: Service) -> None:
    held = await service.signed_in()
    client = await a_client(service, "tokens:introspect", "tokens:revoke")
    told = (await service.ask("GET", PATH)).json()
    paths = {name: address.removeprefix("http://127.0.0.1:8000") for name, address in told.items() if "/" in address}
    grants = {
        "password": {"username": EMAIL, "password": PASSWORD},
        "refresh_token": {"refresh_token": held["refresh_token"]},
    }

    assert (await service.ask("GET", paths["jwks_uri"])).json()["keys"]
    for grant in told["grant_types_supported"]:
        form = urlencode({"grant_type": grant, **grants[grant]}).encode()
        assert (await service.ask("POST", paths["token_endpoint"], form=form)).status == 200
    for endpoint in ("introspection_endpoint", "revocation_endpoint"):
        in_form = urlencode({"token": "x", "client_id": client.id, "client_secret": client.secret}).encode()
        shown = {
            "client_secret_basic": await client.ask(paths[endpoint], token="x"),
            "client_secret_post": await service.ask("POST", paths[endpoint], form=in_form),
        }
        assert {name: answer.status for name, answer in shown.items()} == dict.fromkeys(
            told[f"{endpoint}_auth_methods_supported"], 200
        )
