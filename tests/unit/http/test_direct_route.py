"""Routes that are called directly answer as the framework would have them answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from auth_core.errors import Unauthenticated
from auth_core.tokens.errors import MissingToken
from auth_http.direct_route import DirectRoute
from auth_http.exception_handlers import add_exception_handlers
from auth_http.middleware.body import BodyGuard
from auth_http.middleware.direct_routes import DirectRoutes
from auth_http.schemas.document import Asked, Secret
from tests.unit.http.asgi import JSON, Answer, ask


class Guard:
    async def __call__(self, request: Request) -> str:
        said = request.headers.get("authorization")
        if said is None:
            raise MissingToken
        return said


class Document(Asked):
    secret: Secret
    note: str | None = None


Who = Annotated[str, Depends(Guard())]


async def shown(asked: Document, who: Who, request: Request) -> Response:
    return Response(json.dumps([asked.secret.reveal(), asked.note, who, request.url.path]), status_code=201)


def app_with(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route_class)
    router.post("/shown", response_model=Document)(shown)
    app = FastAPI()
    add_exception_handlers(app)
    app.router.routes.extend(router.routes)
    return app


def led_straight_to(app: FastAPI) -> FastAPI:
    app.add_middleware(DirectRoutes, routes=app.router.routes)
    return app


LED, DIRECT, ORDINARY = led_straight_to(app_with(DirectRoute)), app_with(DirectRoute), app_with(APIRoute)


async def answer_of(app: FastAPI, body: bytes, *headers: tuple[bytes, bytes]) -> Answer:
    answer = await ask(BodyGuard(app), "POST", "/shown", JSON, *headers, body=body)
    assert answer is not None
    return answer


SIGNED_IN = (b"authorization", b"Bearer x")


@pytest.mark.parametrize("app", [LED, DIRECT], ids=["led straight to it", "found by the framework"])
async def test_it_is_given_the_document_what_the_guard_says_and_the_request(app: FastAPI) -> None:
    answer = await answer_of(app, b'{"secret": "s", "note": "n"}', SIGNED_IN)

    assert (answer.status, answer.json()) == (201, ["s", "n", "Bearer x", "/shown"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"secret": "s"}',
        b'{"secret": "s", "note": null}',
        '{"secret": "pä\\u00e4 \\ud83d\\ude00", "note": ""}'.encode(),
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"secret"',
        b'{"secret": 1}',
        b'{"secret": null}',
        b'{"secret": ["s"]}',
        b'{"secret": "s", "note": true}',
        b'{"secret": "s", "more": 1}',
        b'{"note": 1, "more": {}}',
        b'{"secret": "s"',
        b'{"secret": "s"} {}',
        b'{"secret": NaN}',
    ],
)
@pytest.mark.parametrize("headers", [(SIGNED_IN,), ()], ids=["signed in", "nobody"])
async def test_whatever_is_sent_is_answered_as_the_framework_answers_it(
    body: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    ordinary = await answer_of(ORDINARY, body, *headers)

    for app in (DIRECT, LED):
        direct = await answer_of(app, body, *headers)
        assert (direct.status, direct.headers, direct.body) == (ordinary.status, ordinary.headers, ordinary.body)


@dataclass
class Search:
    """What the framework begins with, in the place of the framework."""

    app: FastAPI
    begun: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        await self.app(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "method", "besides", "searches"),
    [
        ("/shown", "POST", {}, 0),
        ("/shown", "POST", {"root_path": "", "fastapi.telemetry": None}, 0),
        ("/shown", "POST", {"fastapi.telemetry": object()}, 1),
        ("/shown", "POST", {"root_path": "/shown"}, 1),
        ("/mounted/shown", "POST", {"root_path": "/mounted"}, 1),
        ("/shown", "PUT", {}, 1),
        ("/shown/", "POST", {}, 1),
    ],
)
async def test_the_framework_searches_for_what_is_mounted_or_traced_or_no_direct_route(
    path: str, method: str, besides: dict[str, object], searches: int
) -> None:
    app = app_with(DirectRoute)
    search = Search(app)
    led = DirectRoutes(search, app.router.routes)

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        await led({**scope, **besides}, receive, send)

    await ask(BodyGuard(telling), method, path, JSON, SIGNED_IN, body=b'{"secret": "s"}')

    assert search.begun == searches


async def test_what_nobody_expected_is_left_to_the_last_resort() -> None:
    async def broken(request: Request) -> Response:
        raise LookupError

    router = APIRouter(route_class=DirectRoute)
    router.get("/broken")(broken)

    with pytest.raises(LookupError):
        await ask(DirectRoutes(FastAPI(), router.routes), "GET", "/broken")


def test_it_is_documented_like_any_other() -> None:
    assert DIRECT.openapi() == ORDINARY.openapi()


async def _takes_a_header(request: Request, name: Annotated[str, Header()]) -> Response:
    raise Unauthenticated


async def _takes_a_query(name: str) -> Response:
    raise Unauthenticated


async def _takes_two_documents(first: Document, second: Document) -> Response:
    raise Unauthenticated


async def _needs_more(request: Request, name: Annotated[str, Header()]) -> str:
    raise Unauthenticated


async def _is_guarded_by_more(who: Annotated[str, Depends(_needs_more)]) -> Response:
    raise Unauthenticated


def _is_not_awaited(request: Request) -> Response:
    raise Unauthenticated


@pytest.mark.parametrize(
    "endpoint", [_takes_a_header, _takes_a_query, _takes_two_documents, _is_guarded_by_more, _is_not_awaited]
)
def test_a_function_that_takes_more_cannot_be_called_directly(endpoint: Callable[..., Any]) -> None:
    with pytest.raises(TypeError):
        APIRouter(route_class=DirectRoute).post("/shown")(endpoint)
