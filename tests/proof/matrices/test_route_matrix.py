"""Every route, asked as every kind of caller: what it must ask for is written here, one line for each route."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from fastapi import APIRouter, Depends

from auth_http.dependencies import permitted
from auth_http.needs import OPEN_TO_ALL, Caller, Needs, needs_of
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from docs.generate.routes import ANYONE, LET_IN, Who, client, outcome, person, person_or_client, routes_of
from tests.unit.http.asgi import Answer, ask
from tests.unit.http.callers import Callers
from tests.unit.http.parts import Parts
from tests.unit.http.service import over

SIGNED_IN: Final = person()

ROUTES: Mapping[str, Needs] = {
    "POST /auth/register": ANYONE,
    "POST /setup/administrator": ANYONE,
    "POST /auth/login": ANYONE,
    "POST /auth/token": ANYONE,
    "POST /auth/refresh": ANYONE,
    "POST /auth/logout": SIGNED_IN,
    "POST /auth/logout-all": SIGNED_IN,
    "POST /auth/logout-others": SIGNED_IN,
    "GET /auth/me": SIGNED_IN,
    "GET /auth/me/export": SIGNED_IN,
    "PATCH /auth/me": SIGNED_IN,
    "PUT /auth/me": SIGNED_IN,
    "DELETE /auth/me": SIGNED_IN,
    "POST /auth/change-password": SIGNED_IN,
    "POST /auth/invitation": ANYONE,
    "POST /auth/invitation/accept": ANYONE,
    "POST /auth/email/verify": ANYONE,
    "POST /auth/email/resend": ANYONE,
    "POST /auth/email/change": SIGNED_IN,
    "POST /auth/email/change/confirm": ANYONE,
    "POST /auth/email/change/undo": ANYONE,
    "POST /auth/password/forgot": ANYONE,
    "POST /auth/password/reset": ANYONE,
    "GET /auth/sessions": SIGNED_IN,
    "DELETE /auth/sessions/{session_id}": SIGNED_IN,
    "POST /auth/verify": ANYONE,
    "GET /auth/revocations": person_or_client("revocations:read"),
    "POST /oauth/introspect": client("tokens:introspect"),
    "POST /oauth/revoke": client("tokens:revoke"),
    "GET /admin/users": person("users:read"),
    "GET /admin/users/{user_id}": person("users:read"),
    "POST /admin/users": person("users:write"),
    "POST /admin/users/bulk": person("users:write"),
    "PATCH /admin/users/{user_id}": person("users:write"),
    "PUT /admin/users/{user_id}": person("users:write"),
    "DELETE /admin/users/{user_id}": person("users:write"),
    "POST /admin/users/{user_id}/restore": person("users:write"),
    "POST /admin/users/{user_id}/disable": person("users:write"),
    "POST /admin/users/{user_id}/enable": person("users:write"),
    "POST /admin/users/{user_id}/password": person("users:write"),
    "POST /admin/users/{user_id}/force-password-change": person("users:write"),
    "POST /admin/users/{user_id}/invitation": person("users:write"),
    "DELETE /admin/users/{user_id}/invitation": person("users:write"),
    "GET /admin/users/{user_id}/sessions": person("sessions:read"),
    "DELETE /admin/users/{user_id}/sessions": person("sessions:revoke"),
    "DELETE /admin/users/{user_id}/sessions/{session_id}": person("sessions:revoke"),
    "GET /admin/users/{user_id}/roles": person("roles:read"),
    "PUT /admin/users/{user_id}/roles": person("roles:assign"),
    "GET /admin/users/{user_id}/permissions/{permission}": person("roles:read"),
    "GET /admin/roles": person("roles:read"),
    "POST /admin/roles": person("roles:write"),
    "GET /admin/roles/{role}": person("roles:read"),
    "PUT /admin/roles/{role}": person("roles:write"),
    "DELETE /admin/roles/{role}": person("roles:write"),
    "POST /admin/roles/{role}/preview": person("roles:read"),
    "GET /admin/clients": person("clients:read"),
    "POST /admin/clients": person("clients:write"),
    "GET /admin/clients/{client_id}": person("clients:read"),
    "PATCH /admin/clients/{client_id}": person("clients:write"),
    "DELETE /admin/clients/{client_id}": person("clients:write"),
    "POST /admin/clients/{client_id}/secret": person("clients:write"),
    "GET /admin/webhooks": person("webhooks:read"),
    "POST /admin/webhooks": person("webhooks:write"),
    "GET /admin/webhooks/{webhook_id}": person("webhooks:read"),
    "PATCH /admin/webhooks/{webhook_id}": person("webhooks:write"),
    "DELETE /admin/webhooks/{webhook_id}": person("webhooks:write"),
    "POST /admin/webhooks/{webhook_id}/secret": person("webhooks:write"),
    "POST /admin/webhooks/{webhook_id}/test": person("webhooks:write"),
    "GET /admin/webhooks/{webhook_id}/deliveries": person("webhooks:read"),
    "POST /admin/webhooks/{webhook_id}/deliveries/{delivery_id}/replay": person("webhooks:write"),
    "POST /admin/webhooks/{webhook_id}/replay": person("webhooks:write"),
    "GET /admin/events": person("audit:read"),
    "GET /.well-known/jwks.json": ANYONE,
    "GET /.well-known/oauth-authorization-server": ANYONE,
    "GET /health/live": ANYONE,
    "GET /health/ready": ANYONE,
    "GET /openapi.json": ANYONE,
    "GET /accept-invitation": ANYONE,
    "GET /verify-email": ANYONE,
    "GET /reset-password": ANYONE,
    "GET /confirm-email": ANYONE,
    "GET /undo-email-change": ANYONE,
    "GET /pages/{file}": ANYONE,
    "GET /docs": ANYONE,
    "GET /docs/start.js": ANYONE,
    "GET /docs/{name}": ANYONE,
}
END_SESSION: Final = "DELETE /auth/sessions/{session_id}"
SCHEMES: Final = {"password": Caller.PERSON, "client": Caller.CLIENT}

APP: Final = over(Parts(settings=Settings(docs=True, mail=MailMode.CONSOLE)))
DOCUMENT: Final[Mapping[str, Any]] = APP.openapi()
GUARDED: Final = tuple(name for name, needs in ROUTES.items() if needs != ANYONE)

REFUSALS: Final = {
    "400 unauthorized_client",  # RFC 6749 §5.2
    "404 not_found",  # of the address; what it names is told of by a code of its own
    "405 method_not_allowed",
}

each_route = pytest.mark.parametrize("route", ROUTES)
each_guarded_route = pytest.mark.parametrize("route", GUARDED)


@pytest.fixture(scope="module")
async def callers() -> Callers:
    return await Callers.make()


@pytest.mark.covers("AUZ-01", "R-A3")
def test_every_route_asks_for_what_the_table_says_and_the_table_has_every_route() -> None:
    assert dict(routes_of(APP)) == ROUTES


@pytest.mark.covers("AUZ-01", "AUZ-09", "JWT-15")
@each_route
async def test_every_caller_is_told_what_the_matrix_says(callers: Callers, route: str) -> None:
    expected = {who: outcome(ROUTES[route], who) for who in Who}

    told = {who: told_by(await put(callers, route, who)) for who in Who}

    assert told == expected


@pytest.mark.covers("AUZ-01")
@each_route
def test_the_document_says_what_a_route_asks_for(route: str) -> None:
    operation, needs = described(route), ROUTES[route]

    ways = [next(iter(each)) for each in operation.get("security", ())]

    assert operation.get("x-required-permissions", []) == sorted(needs.permissions)
    assert {SCHEMES[each] for each in ways} == needs.callers
    assert all(f"`{each}`" in operation["description"] for each in needs.permissions)


@pytest.mark.covers("AUZ-02")
async def test_what_is_anothers_is_told_of_as_what_there_is_not(callers: Callers) -> None:
    objects = {name for name, needs in ROUTES.items() if needs == SIGNED_IN and "{" in name}
    sessions = json.loads((await put(callers, "GET /auth/sessions", Who.ANOTHER)).body)["items"]
    anothers = f"/auth/sessions/{sessions[0]['id']}"
    request_id = (b"x-request-id", b"the-same")

    unknown = await put(callers, END_SESSION, Who.USER, request_id)
    refused = await put(callers, END_SESSION, Who.USER, request_id, path=anothers)

    assert objects == {END_SESSION}  # Another one is tried here as well.
    assert (refused.status, refused.headers, refused.body) == (404, unknown.headers, unknown.body)
    assert told_by(await put(callers, "GET /auth/me", Who.ANOTHER)) == LET_IN


@pytest.mark.covers("AUZ-13", "AUZ-14", "HTTP-26")
@each_guarded_route
async def test_no_other_way_to_put_it_gets_further(callers: Callers, route: str) -> None:
    """As nobody: every other caller that is refused is refused by the same guard."""
    plainly = await put(callers, route, Who.NOBODY)

    answers = {way: await put(callers, route, Who.NOBODY, **how) for way, how in other_ways(*address(route)).items()}

    assert plainly.status == 401
    assert {way: each.status for way, each in answers.items() if each.status not in (401, 404, 405, 415)} == {}
    assert {each.status for way, each in answers.items() if "header" in way} == {401}


@pytest.mark.parametrize(
    "how", [{}, {"dependencies": [Depends(permitted("a:b"))], "openapi_extra": OPEN_TO_ALL}], ids=["nothing", "both"]
)
async def test_a_route_that_does_not_say_whom_it_lets_in_is_not_served(how: dict[str, Any]) -> None:
    router = APIRouter()
    router.get("/somewhere", **how)(address)

    with pytest.raises(ValueError, match="/somewhere does not say whom it lets in"):
        needs_of(router.routes[0])


def other_ways(method: str, path: str) -> Mapping[str, dict[str, Any]]:
    """Spellings of an address, and headers by which some servers take one request for another."""
    first, rest = path[:5], path[5:]
    ways: dict[str, dict[str, Any]] = {
        spelling: {"path": spelling}
        for spelling in (
            f"{path}/", f"/{path}", f"{path}//", path.replace("/", "//"), f"/.{path}", f"/%2e{path}",
            f"{first}/.{rest}", f"{first}%2f{rest}", f"{path}%00", f"{path}\0", f"{path};x=y", f"{path}%20",
            f"{path}.json", path.upper(), path.title(),
            f"/auth/../{path[1:]}", f"/health/live/..{path}", f"/auth/verify/..{path}", path[1:],
        )
    }  # fmt: skip
    for name, value in (
        ("x-http-method-override", "GET"), ("x-http-method", "GET"), ("x-method-override", "GET"),
        ("x-original-url", "/auth/verify"), ("x-rewrite-url", "/auth/verify"), ("x-forwarded-prefix", "/auth/verify?"),
        ("x-original-method", "GET"), ("x-forwarded-host", "auth.example/health/live?"), ("forwarded", "host=a/b"),
    ):  # fmt: skip
        ways[f"header {name}"] = {"header": (name.encode(), value.encode())}
    ways |= {
        f"as {each}": {"method": each} for each in ("HEAD", "OPTIONS", "TRACE", "get", "Get", "QUERY", method.lower())
    }
    return ways


def described(route: str) -> Mapping[str, Any]:
    method, path = route.split()
    operation: Mapping[str, Any] = DOCUMENT["paths"].get(path, {}).get(method.lower(), {})
    return operation


async def put(
    callers: Callers,
    route: str,
    who: Who,
    header: tuple[bytes, bytes] | None = None,
    *,
    method: str | None = None,
    path: str | None = None,
) -> Answer:
    """Ask a route as such a caller, for an object there is not and with a body that lacks everything.

    Whoever is let in is told so, and nothing happens; except where nothing is needed, as to sign out.
    """
    shown = tuple((b"authorization", each) for each in await callers.authorization(who, ROUTES[route]))
    body, content_type = least_body(route)
    usual_method, usual_path = address(route)
    APP.state.container = callers.service.parts
    headers = (*shown, *content_type, *((header,) if header else ()))
    answer = await ask(APP, method or usual_method, path or usual_path, *headers, body=body)
    assert answer is not None
    if answer.status < 300 and usual_method != "GET":
        callers.forget(who, ROUTES[route])
    return answer


def address(route: str) -> tuple[str, str]:
    method, path = route.split()
    values = {"role": "nobody", "permission": "a:b", "name": "swagger-ui.css", "file": "account.css"}
    return method, re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"), path)


def least_body(route: str) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    for media_type in described(route).get("requestBody", {}).get("content", {}):
        body = b"{}" if media_type == "application/json" else b"token=x"
        return body, ((b"content-type", media_type.encode()),)
    return b"", ()


def told_by(answer: Answer) -> str:
    """Whether the caller was let in, or how it was refused; what is wrong with the request itself is no refusal."""
    if answer.status < 400:
        return LET_IN
    document = answer.json()
    told = f"{answer.status} {document.get('code') or document['error']}"
    refused = answer.status in (401, 403) or answer.status >= 500 or told in REFUSALS
    return told if refused else LET_IN
