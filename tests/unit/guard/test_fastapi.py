"""The guard for the routes of a FastAPI application."""

import inspect
import json
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import JSONResponse

from auth_core import InvalidPermission, PermissionDenied, Principal, VerifiedClaims, any_of, requires
from auth_core.testing import SomeoneSignedIn
from auth_http.guard.fastapi import Guard, Refused, tell_problems
from tests.unit.guard.client import get, shake_hands


def invoices(guard: Guard) -> APIRouter:
    """The routes of some service, each guarded in its own way."""
    router = APIRouter()

    @router.get("/mine")
    async def read_mine(caller: Annotated[Principal, Depends(guard.principal)]) -> str:
        return str(caller.user_id)

    @router.get("/session")
    async def read_session(claims: Annotated[VerifiedClaims, Depends(guard.claims)]) -> str:
        return str(claims.session_id)

    @router.get("/front")
    async def read_front(caller: Annotated[Principal | None, Depends(guard.optional)]) -> str:
        return "welcome" if caller is None else str(caller.user_id)

    @router.get("/approve")
    async def approve(caller: Annotated[Principal, Depends(guard.require("invoices:approve"))]) -> str:
        return str(caller.user_id)

    @router.get("/both", dependencies=[Depends(guard.require("invoices:approve", "invoices:pay"))])
    async def both() -> str:
        return "done"

    @router.get("/either", dependencies=[Depends(guard.require(any_of("invoices:approve", "invoices:pay")))])
    async def either() -> str:
        return "done"

    @router.get("/deeper")
    async def deeper(caller: Annotated[Principal, Depends(guard.principal)]) -> str:
        return await close_the_books(caller=caller)

    @router.get("/books")
    @requires("books:close")
    async def books(caller: Annotated[Principal, Depends(guard.principal)]) -> str:
        return "closed"

    @router.websocket("/events")
    async def events(websocket: WebSocket, caller: Annotated[Principal, Depends(guard.principal)]) -> None:
        await websocket.accept()
        await websocket.send_text(str(caller.user_id))

    return router


@requires("books:close")
async def close_the_books(*, caller: Principal) -> str:
    return "closed"


def an_app(verifier: SomeoneSignedIn) -> FastAPI:
    app = FastAPI()
    app.include_router(invoices(Guard(verifier)))
    tell_problems(app)
    return app


# To build an application takes longer than most tests; who is signed in is the same for those that change nothing.
APPROVER = SomeoneSignedIn("invoices:approve")
APP = an_app(APPROVER)


async def test_a_route_is_told_who_is_asking() -> None:
    mine = await get(APP, "/mine", headers=APPROVER.headers)
    session = await get(APP, "/session", headers=APPROVER.headers)

    assert (mine.status, mine.json()) == (200, str(APPROVER.principal.user_id))
    assert session.json() == str(APPROVER.claims.session_id)


async def test_without_credentials_one_is_asked_to_sign_in_and_nothing_is_said_to_be_wrong() -> None:
    answer = await get(APP, "/mine")

    assert (answer.status, answer.code, answer.header("www-authenticate")) == (401, "missing_token", "Bearer")


@pytest.mark.covers("JWT-21", "JWT-22")
@pytest.mark.parametrize("path", ["/mine", "/front", "/approve"])
@pytest.mark.parametrize(
    ("fields", "query", "refusal"),
    [
        ([b"Bearer forged"], b"", (401, "invalid_token")),
        ([b"Bearer  %s"], b"", (401, "invalid_token")),
        ([b""], b"", (401, "missing_token")),
        ([b"Basic %s"], b"", (401, "missing_token")),
        ([b"Bearer %s", b"Bearer %s"], b"", (400, "two_tokens")),
        ([b"Bearer %s"], b"access_token=%s", (400, "token_in_query")),
        ([], b"access_token=%s", (400, "token_in_query")),
        ([b"Bearer " + b"x" * 20_000], b"", (431, "token_too_large")),
    ],
)
async def test_bad_credentials_are_refused_and_never_taken_for_none(
    path: str, fields: list[bytes], query: bytes, refusal: tuple[int, str]
) -> None:
    token = APPROVER.token.encode()
    sent = [field.replace(b"%s", token) for field in fields]

    answer = await get(APP, path, *sent, query=query.replace(b"%s", token))

    assert (answer.status, answer.code) == refusal
    assert token not in answer.body


async def test_where_signing_in_is_optional_nobody_is_nobody() -> None:
    assert (await get(APP, "/front")).json() == "welcome"
    assert (await get(APP, "/front", headers=APPROVER.headers)).json() == str(APPROVER.principal.user_id)


async def test_a_permission_lets_in_who_holds_it() -> None:
    answer = await get(APP, "/approve", headers=APPROVER.headers)

    assert (answer.status, answer.json()) == (200, str(APPROVER.principal.user_id))


@pytest.mark.parametrize(
    ("held", "statuses"),
    [
        ([], (403, 403, 403)),
        (["invoices:pay"], (403, 403, 200)),
        (["invoices:approve"], (200, 403, 200)),
        (["invoices:*"], (200, 200, 200)),
    ],
)
async def test_all_are_needed_or_any(held: list[str], statuses: tuple[int, ...]) -> None:
    someone = SomeoneSignedIn(*held)
    app = an_app(someone)

    answers = [await get(app, path, headers=someone.headers) for path in ("/approve", "/both", "/either")]

    assert tuple(answer.status for answer in answers) == statuses
    for answer in answers:
        if answer.status == 403:
            assert answer.code == "permission_denied"
            assert (answer.header("www-authenticate") or "").startswith('Bearer error="insufficient_scope"')


async def test_what_a_use_case_denies_is_told_in_the_same_way() -> None:
    for path in ("/deeper", "/books"):
        answer = await get(APP, path, headers=APPROVER.headers)

        assert (answer.status, answer.code) == (403, PermissionDenied.code)


async def test_a_route_may_itself_be_a_guarded_function() -> None:
    someone = SomeoneSignedIn("books:close")

    assert (await get(an_app(someone), "/books", headers=someone.headers)).json() == "closed"


def test_a_misspelt_permission_is_found_when_the_route_is_defined() -> None:
    with pytest.raises(InvalidPermission):
        Guard(APPROVER).require("invoices.approve")


def test_the_same_requirement_is_the_same_dependency() -> None:
    guard = Guard(APPROVER)

    assert guard.require("a:b", "c:d") is guard.require("a:b", "c:d")
    assert guard.require("a:b") is not guard.require("a:c")


def test_no_dependency_needs_a_thread() -> None:
    guard = Guard(APPROVER)

    for dependency in (guard.principal, guard.claims, guard.optional, guard.require("a:b")):
        assert inspect.iscoroutinefunction(dependency.__call__)


@pytest.mark.covers("JWT-20", "AUZ-09")
async def test_who_signed_out_is_refused_at_the_next_request() -> None:
    someone = SomeoneSignedIn("*")
    app = an_app(someone)
    before = await get(app, "/approve", headers=someone.headers)

    someone.sign_out()
    after = [await get(app, path, headers=someone.headers) for path in ("/approve", "/mine", "/front")]

    assert before.status == 200
    assert {(answer.status, answer.code) for answer in after} == {(401, "revoked_token")}


async def test_when_nobody_can_tell_one_is_to_come_back() -> None:
    someone = SomeoneSignedIn("*")
    someone.unavailable = True
    app = an_app(someone)

    for path in ("/mine", "/front", "/approve"):
        answer = await get(app, path, headers=someone.headers)

        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "unavailable", "1")


@pytest.mark.covers("AUZ-13")
@pytest.mark.parametrize("path", ["/approve/", "//approve", "/Approve", "/approve%2f", "/./approve"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_no_other_spelling_gets_past(path: str, method: str) -> None:
    answer = await get(APP, path, method=method, headers={"X-HTTP-Method-Override": "GET"})

    assert answer.status in {307, 401, 404, 405}


@pytest.mark.parametrize("can_deny", [True, False])
async def test_a_websocket_is_opened_for_who_is_signed_in(*, can_deny: bool) -> None:
    opened = await shake_hands(APP, "/events", headers=APPROVER.headers, can_deny=can_deny)

    assert opened.accepted
    assert opened.sent[1]["text"] == str(APPROVER.principal.user_id)


async def test_a_websocket_is_refused_for_others_in_the_way_the_server_can() -> None:
    start, body = (await shake_hands(APP, "/events", headers={}, can_deny=True)).sent
    (closed,) = (await shake_hands(APP, "/events", headers={}, can_deny=False)).sent

    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert json.loads(body["body"])["code"] == "missing_token"
    assert (closed["type"], closed["code"], closed["reason"]) == ("websocket.close", 1008, "missing_token")


# ---- In an application that has its own way of telling errors


def another_app() -> FastAPI:
    app = FastAPI()
    app.include_router(invoices(Guard(APPROVER)))
    return app


async def test_without_anything_set_up_a_refusal_is_an_ordinary_http_exception() -> None:
    answer = await get(another_app(), "/mine")

    assert (answer.status, answer.header("www-authenticate")) == (401, "Bearer")
    assert answer.json() == {"detail": "Sign in first, and send the access token along."}


async def test_an_application_may_tell_refusals_in_its_own_way() -> None:
    app = another_app()

    @app.exception_handler(Refused)
    async def tell(request: Request, refused: Refused) -> Response:
        return JSONResponse({"error": refused.problem.code}, status_code=418)

    answer = await get(app, "/approve")

    assert (answer.status, answer.json()) == (418, {"error": "missing_token"})


async def test_its_handler_of_http_exceptions_is_asked_too() -> None:
    app = another_app()

    @app.exception_handler(HTTPException)
    async def tell(request: Request, error: HTTPException) -> Response:
        return JSONResponse({"because": error.status_code}, status_code=error.status_code, headers=error.headers)

    answer = await get(app, "/approve")

    assert (answer.status, answer.json(), answer.header("www-authenticate")) == (401, {"because": 401}, "Bearer")


# ---- In the documentation of the application


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    guard = Guard(APPROVER)
    app = FastAPI(responses=guard.responses)
    app.include_router(invoices(guard))
    return app.openapi()


def test_every_guarded_route_names_the_one_scheme(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]

    assert {name: (each["type"], each["scheme"]) for name, each in schemes.items()} == {"bearer": ("http", "bearer")}
    for path, operations in document["paths"].items():
        assert operations["get"]["security"] == [{"bearer": []}], path


@pytest.mark.parametrize(
    ("status", "codes", "header"),
    [
        ("400", {"token_in_query", "two_tokens"}, "WWW-Authenticate"),
        ("401", {"missing_token", "invalid_token", "expired_token", "revoked_token"}, "WWW-Authenticate"),
        ("403", {"permission_denied"}, "WWW-Authenticate"),
        ("503", {"keys_unknown", "revocations_unknown"}, "Retry-After"),
    ],
)
def test_every_refusal_is_documented_with_an_example(
    document: dict[str, Any], status: str, codes: set[str], header: str
) -> None:
    response = document["paths"]["/approve"]["get"]["responses"][status]
    examples = response["content"]["application/problem+json"]["examples"]

    assert set(examples) == codes
    assert header in response["headers"]
    for code, example in examples.items():
        assert (example["value"]["code"], example["value"]["status"]) == (code, int(status))
