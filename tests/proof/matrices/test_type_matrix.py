"""Every kind of token, secret or id there is, shown wherever one can be shown: taken where it belongs, nowhere else.

A route that is in no table below makes `test_every_route_is_in_the_matrix` fail. A route that asks for an access token
in its header is in the matrix by itself.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from tests.unit.http.asgi import Answer
from tests.unit.http.clients import a_client
from tests.unit.http.interface import DOCUMENT
from tests.unit.http.kinds_of_tokens import ACCESS, REFRESH, House, a_house
from tests.unit.http.service import Service

type Route = tuple[str, str]
type Show = Callable[[Service, str], Awaitable[Answer]]

SOME_ID = "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """Where a token is shown: which kinds are taken there, and how the others are refused."""

    show: Show
    takes: frozenset[str]
    refuses: frozenset[tuple[int, str]]


async def show_to_verify(service: Service, text: str) -> Answer:
    return await service.ask("POST", "/auth/verify", {"token": text})


async def show_to_refresh(service: Service, text: str) -> Answer:
    return await service.ask("POST", "/auth/refresh", {"refresh_token": text})


async def show_to_token(service: Service, text: str) -> Answer:
    form = urlencode({"grant_type": "refresh_token", "refresh_token": text}).encode()
    return await service.ask("POST", "/auth/token", form=form)


async def show_to_introspect(service: Service, text: str) -> Answer:
    client = await a_client(service, "tokens:introspect", name=f"c{secrets.token_hex(8)}")
    return await client.ask("/oauth/introspect", token=text)


def shown_as_sent(path: str, **besides: str) -> Consumer:
    """What takes a token that was sent by mail, and takes none of these."""

    async def show(service: Service, text: str) -> Answer:
        return await service.ask("POST", path, {"token": text, **besides})

    return Consumer(show=show, takes=frozenset(), refuses=frozenset({(422, "unusable_token")}))


IN_THE_BODY: Mapping[Route, Consumer] = {
    ("POST", "/auth/email/verify"): shown_as_sent("/auth/email/verify"),
    ("POST", "/auth/password/reset"): shown_as_sent("/auth/password/reset", new_password="paper lantern"),
    ("POST", "/auth/email/change/confirm"): shown_as_sent("/auth/email/change/confirm"),
    ("POST", "/auth/email/change/undo"): shown_as_sent("/auth/email/change/undo"),
    ("POST", "/auth/verify"): Consumer(
        show=show_to_verify,
        takes=frozenset({ACCESS}),
        refuses=frozenset({(400, "malformed_token"), (401, "invalid_token")}),
    ),
    ("POST", "/auth/refresh"): Consumer(
        show=show_to_refresh, takes=frozenset({REFRESH}), refuses=frozenset({(401, "invalid_refresh_token")})
    ),
    ("POST", "/auth/token"): Consumer(
        show=show_to_token, takes=frozenset({REFRESH}), refuses=frozenset({(400, "invalid_grant")})
    ),
    ("POST", "/oauth/introspect"): Consumer(
        show=show_to_introspect, takes=frozenset({ACCESS}), refuses=frozenset({(200, "inactive")})
    ),
}
TAKES_NO_TOKEN: frozenset[Route] = frozenset(
    {
        ("POST", "/auth/login"),
        ("POST", "/auth/register"),
        ("POST", "/setup/administrator"),
        ("POST", "/auth/email/resend"),
        ("POST", "/auth/password/forgot"),
        ("GET", "/.well-known/jwks.json"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
    }
)

ANSWERS_ALIKE: frozenset[Route] = frozenset({("POST", "/oauth/revoke")})
"""It says the same of every text (RFC 7009 §2.2); `tests/unit/oauth/test_revoke_token.py` shows what ends a session."""


def in_the_header(method: str, path: str) -> Consumer:
    async def show(service: Service, text: str) -> Answer:
        address = re.sub(r"\{[^}]*\}", SOME_ID, path)
        return await service.ask(method, address, {} if method in ("POST", "PUT", "PATCH") else None, token=text)

    return Consumer(show=show, takes=frozenset({ACCESS}), refuses=frozenset({(401, "invalid_token")}))


def routes() -> Mapping[Route, bool]:
    """Every route of the document, and whether it asks for an access token in its header."""
    return {
        (method.upper(), path): any("password" in scheme for scheme in operation.get("security", ()))
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


ROUTES = routes()
CONSUMERS = {route: in_the_header(*route) for route, bearer in ROUTES.items() if bearer} | dict(IN_THE_BODY)


@pytest.fixture(scope="module")
async def house() -> House:
    return await a_house()


@pytest.fixture(scope="module")
async def texts(house: House) -> dict[str, str]:
    return await house.texts()


def test_every_route_is_in_the_matrix() -> None:
    assert set(ROUTES) - set(CONSUMERS) - TAKES_NO_TOKEN - ANSWERS_ALIKE == set()
    assert (set(IN_THE_BODY) | TAKES_NO_TOKEN | ANSWERS_ALIKE) - set(ROUTES) == set()
    assert not TAKES_NO_TOKEN & set(CONSUMERS)


@pytest.mark.covers("JWT-15", "JWT-16", "R-J4")
@pytest.mark.parametrize("route", CONSUMERS, ids=" ".join)
async def test_no_other_kind_is_taken(house: House, texts: dict[str, str], route: Route) -> None:
    consumer = CONSUMERS[route]
    others = {name: text for name, text in texts.items() if name not in consumer.takes}

    refused = {name: refusal(await consumer.show(house.service, text)) for name, text in others.items()}

    assert len(refused) >= 75
    assert {name: how for name, how in refused.items() if how not in consumer.refuses} == {}


@pytest.mark.parametrize("route", CONSUMERS, ids=" ".join)
async def test_the_kind_that_belongs_there_is_taken(house: House, route: Route) -> None:
    consumer = CONSUMERS[route]
    for name in consumer.takes:
        text = (await house.texts())[name]  # new ones: to show them may use them up

        assert refusal(await consumer.show(house.service, text)) not in consumer.refuses


def refusal(answer: Answer) -> tuple[int, str]:
    """The status of an answer and the code of its error, if it is one; what is told as not active is refused too."""
    if answer.status < 400:
        return answer.status, "inactive" if answer.body == b'{"active":false}' else ""
    document = answer.json()
    return answer.status, document.get("code") or document["error"]
