"""The guard before a whole ASGI application."""

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import Message, Receive, Scope, Send

from auth_core import InvalidPermission, MissingToken, any_of
from auth_core.testing import SomeoneSignedIn
from auth_http.guard.asgi import AsgiGuard, claims_in
from tests.unit.guard.client import get, shake_hands
from tests.unit.http.asgi import Answer


async def whoever(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell, at every path, who is asking."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": str(claims_in(scope).principal.user_id)})
        return
    try:
        known = str(claims_in(scope).principal.user_id)
    except MissingToken:
        known = "nobody"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(known).encode()})


@pytest.fixture
def someone() -> SomeoneSignedIn:
    return SomeoneSignedIn("ledger:read")


@pytest.fixture
def app(someone: SomeoneSignedIn) -> AsgiGuard:
    return AsgiGuard(whoever, verifier=someone, public=["/health"])


def told(answer: Answer) -> tuple[int, str, str | None]:
    return answer.status, answer.code, answer.header("www-authenticate")


async def test_who_is_signed_in_gets_through_and_is_known_behind(app: AsgiGuard, someone: SomeoneSignedIn) -> None:
    answer = await get(app, "/ledger", headers=someone.headers)

    assert (answer.status, answer.json()) == (200, str(someone.principal.user_id))


async def test_who_is_not_is_asked_to_sign_in(app: AsgiGuard) -> None:
    assert told(await get(app, "/ledger")) == (401, "missing_token", "Bearer")


@pytest.mark.covers("JWT-21", "JWT-22")
@pytest.mark.parametrize(
    ("fields", "query", "refusal"),
    [
        ([b"Bearer forged"], b"", (401, "invalid_token")),
        ([b"Bearer  %s"], b"", (401, "invalid_token")),
        ([b"Basic %s"], b"", (401, "missing_token")),
        ([b"Bearer %s", b"Bearer %s"], b"", (400, "two_tokens")),
        ([b"Bearer %s", b"Bearer x"], b"", (400, "two_tokens")),
        ([b"Bearer %s"], b"access_token=%s", (400, "token_in_query")),
        ([], b"access_token=%s", (400, "token_in_query")),
        ([b"Bearer " + b"x" * 20_000], b"", (431, "token_too_large")),
    ],
)
async def test_a_token_is_good_in_one_spelling_and_one_place(
    someone: SomeoneSignedIn, fields: list[bytes], query: bytes, refusal: tuple[int, str]
) -> None:
    app, token = AsgiGuard(whoever, verifier=someone), someone.token.encode()
    sent = [field.replace(b"%s", token) for field in fields]

    answer = await get(app, "/ledger", *sent, query=query.replace(b"%s", token))

    assert (answer.status, answer.code) == refusal
    assert token not in answer.body


@pytest.mark.covers("JWT-20", "AUZ-09")
async def test_who_signed_out_is_refused_at_the_next_request(app: AsgiGuard, someone: SomeoneSignedIn) -> None:
    someone.sign_out()

    status, code, challenge = told(await get(app, "/ledger", headers=someone.headers))

    assert (status, code) == (401, "revoked_token")
    assert challenge is not None
    assert challenge.startswith('Bearer error="invalid_token"')


async def test_when_nobody_can_tell_one_is_to_come_back(app: AsgiGuard, someone: SomeoneSignedIn) -> None:
    someone.unavailable = True

    answer = await get(app, "/ledger", headers=someone.headers)

    assert (answer.status, answer.code, answer.header("retry-after")) == (503, "unavailable", "1")


async def test_a_public_path_is_open_and_nobody_is_known_there(app: AsgiGuard, someone: SomeoneSignedIn) -> None:
    for headers in ({}, someone.headers, {"Authorization": "Bearer forged"}):
        answer = await get(app, "/health", headers=headers)

        assert (answer.status, answer.json()) == (200, "nobody")


async def test_what_requests_share_stays_as_it_was(someone: SomeoneSignedIn) -> None:
    """The `state` of a request begins as a copy of what the application keeps, on servers that keep to that."""
    shared: dict[str, object] = {"pool": object()}
    before = dict(shared)

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await AsgiGuard(whoever, verifier=someone)({**scope, "state": shared}, receive, send)

    answer = await get(with_state, "/ledger", headers=someone.headers)

    assert answer.status == 200
    assert shared == before


@pytest.mark.covers("AUZ-13", "AUZ-14")
@pytest.mark.parametrize(
    "path",
    [
        "/health/", "//health", "/Health", "/HEALTH", "/health ", "/health\n", "/./health", "/health/.", "/x/../health",
        "/health/../ledger", "/%68ealth", "/health%2f", "/health;x", "/health\0", "/healthz", "/", "", "health",
        "/health?x", "http://auth.example/health", "*",
    ],
)  # fmt: skip
async def test_another_spelling_of_a_public_path_is_protected(app: AsgiGuard, path: str) -> None:
    assert (await get(app, path)).code == "missing_token"


@pytest.mark.covers("AUZ-13", "AUZ-14")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "get", "PROPFIND"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-HTTP-Method-Override": "OPTIONS"},
        {"X-Original-URL": "/health"},
        {"X-Rewrite-URL": "/health"},
        {"X-Forwarded-Prefix": "/health"},
    ],
)
async def test_methods_and_headers_play_no_part(app: AsgiGuard, method: str, headers: dict[str, str]) -> None:
    protected = await get(app, "/ledger", method=method, headers=headers)
    public = await get(app, "/health", method=method, headers=headers)

    assert (protected.code, public.status) == ("missing_token", 200)


@pytest.mark.covers("AUZ-14")
async def test_the_host_plays_no_part(someone: SomeoneSignedIn) -> None:
    """A host that makes `request.url` another one: the path that is decided on is the one that is routed."""
    app = AsgiGuard(whoever, verifier=someone, public=["/health"])

    answer = await get(app, "/ledger", headers={"host": "auth.example/health?"})

    assert answer.code == "missing_token"


async def test_below_a_mount_a_public_path_is_named_in_full(someone: SomeoneSignedIn) -> None:
    guarded = AsgiGuard(Router([Route("/health", _fine)]), verifier=someone, public=["/api/health"])
    app = Starlette(routes=[Mount("/api", app=guarded), Mount("/other", app=guarded)])

    assert (await get(app, "/api/health")).status == 200
    assert (await get(app, "/other/health")).status == 401


async def _fine(request: Request) -> Response:
    return Response("fine")


async def test_everybody_behind_it_may_need_a_permission(someone: SomeoneSignedIn) -> None:
    may = AsgiGuard(whoever, verifier=someone, needs=any_of("ledger:read", "ledger:audit"))
    may_not = AsgiGuard(whoever, verifier=someone, needs="ledger:write")

    assert (await get(may, "/", headers=someone.headers)).status == 200
    status, code, challenge = told(await get(may_not, "/", headers=someone.headers))
    assert (status, code) == (403, "permission_denied")
    assert challenge is not None
    assert challenge.startswith('Bearer error="insufficient_scope"')


def test_what_is_wrong_with_a_guard_is_found_when_it_is_made(someone: SomeoneSignedIn) -> None:
    with pytest.raises(InvalidPermission):
        AsgiGuard(whoever, verifier=someone, needs="ledger.read")
    for path in ("health", "", "/health?x=y", "*"):
        with pytest.raises(ValueError, match="not the path"):
            AsgiGuard(whoever, verifier=someone, public=[path])


async def test_one_public_path_may_be_given_as_a_text(someone: SomeoneSignedIn) -> None:
    app = AsgiGuard(whoever, verifier=someone, public="/health")

    assert (await get(app, "/health")).status == 200
    assert (await get(app, "/h")).status == 401


@pytest.mark.parametrize("can_deny", [True, False])
async def test_a_websocket_is_opened_for_who_is_signed_in(
    app: AsgiGuard, someone: SomeoneSignedIn, *, can_deny: bool
) -> None:
    handshake = await shake_hands(app, "/events", headers=someone.headers, can_deny=can_deny)

    assert handshake.accepted
    assert handshake.sent[1]["text"] == str(someone.principal.user_id)


async def test_a_websocket_is_refused_over_http_where_that_can_be(app: AsgiGuard) -> None:
    start, body = (await shake_hands(app, "/events", headers={}, can_deny=True)).sent

    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert json.loads(body["body"])["code"] == "missing_token"


async def test_a_websocket_is_closed_where_nothing_else_can_be(app: AsgiGuard) -> None:
    handshake = await shake_hands(app, "/events", headers={}, can_deny=False)

    assert handshake.sent == [{"type": "websocket.close", "code": 1008, "reason": "missing_token"}]


async def test_the_life_of_the_application_passes_and_what_is_unknown_does_not(someone: SomeoneSignedIn) -> None:
    seen: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None: ...

    guard = AsgiGuard(application, verifier=someone)
    await guard({"type": "lifespan"}, receive, send)
    with pytest.raises(ValueError, match="cannot judge"):
        await guard({"type": "webtransport", "path": "/", "headers": []}, receive, send)

    assert seen == ["lifespan"]


def test_nobody_is_known_where_no_guard_stands() -> None:
    with pytest.raises(MissingToken):
        claims_in({"type": "http", "path": "/"})
    with pytest.raises(MissingToken):
        claims_in({"type": "http", "path": "/", "auth_http.claims": {"permissions": ["*"]}})
