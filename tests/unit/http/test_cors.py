"""Scripts of listed web origins may call the service; others get an answer that their browser keeps from them."""

import pytest
from starlette.types import Receive, Scope, Send

from auth_http.middleware.cors import Cors
from auth_http.settings import InvalidSettings, read_settings
from tests.unit.http.asgi import Answer, ask

OURS = b"https://app.example.com"
BEFOREHAND = (b"access-control-request-method", b"PATCH")


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 405 if scope["method"] == "OPTIONS" else 200, "headers": []})
    await send({"type": "http.response.body", "body": b"told"})


async def answered(method: str, *headers: tuple[bytes, bytes]) -> Answer:
    answer = await ask(Cors(fine, origins=frozenset({OURS, b"http://localhost:3000"})), method, "/", *headers)
    assert answer is not None
    return answer


@pytest.mark.covers("HTTP-15")
@pytest.mark.parametrize("origin", [OURS, b"http://localhost:3000"])
async def test_a_listed_origin_is_named_to_the_letter(origin: bytes) -> None:
    answer = await answered("GET", (b"origin", origin))

    assert answer.header("access-control-allow-origin") == origin.decode()
    exposed = (answer.header("access-control-expose-headers") or "").split(", ")
    assert {"x-request-id", "device-token"} <= set(exposed)


@pytest.mark.covers("HTTP-15")
@pytest.mark.parametrize(
    "origin",
    [
        b"null",
        b"*",
        b"https://evil.example",
        b"https://app.example.com.evil.example",
        b"https://evil-app.example.com",
        b"https://sub.app.example.com",
        b"https://app.example.com:8443",
        b"http://app.example.com",
        b"https://APP.example.com",
        b"https://app.example.com/",
        b"https://app.example.com https://evil.example",
        b"",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_no_other_origin_is_named_nor_permitted_anything(origin: bytes, method: str) -> None:
    answer = await answered(method, (b"origin", origin), BEFOREHAND)

    assert not [name for name, _ in answer.headers if name.startswith("access-control")]
    assert answer.status in (200, 405)


@pytest.mark.covers("HTTP-15")
async def test_two_origins_are_none() -> None:
    answer = await answered("GET", (b"origin", OURS), (b"origin", OURS))

    assert answer.header("access-control-allow-origin") is None


@pytest.mark.covers("HTTP-15")
async def test_every_answer_says_that_it_depends_on_the_origin() -> None:
    for headers in ((), ((b"origin", OURS),), ((b"origin", b"https://evil.example"),)):
        assert (await answered("GET", *headers)).header("vary") == "origin"


@pytest.mark.covers("HTTP-15")
async def test_what_a_browser_asks_beforehand_is_answered_for_ten_minutes_and_never_with_credentials() -> None:
    answer = await answered("OPTIONS", (b"origin", OURS), BEFOREHAND)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("access-control-allow-origin") == OURS.decode()
    assert "PATCH" in (answer.header("access-control-allow-methods") or "")
    allowed = (answer.header("access-control-allow-headers") or "").split(", ")
    assert {"authorization", "device-token"} <= set(allowed)
    assert answer.header("access-control-max-age") == "600"
    assert answer.header("access-control-allow-credentials") is None
    assert "access-control-request-method" in (answer.header("vary") or "")


@pytest.mark.covers("HTTP-15", "CFG-01")
@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "null",
        "https://*.example.com",
        "app.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:443",
        "https://user@app.example.com",
        "https://app.example.com?x",
        "https://",
        "ftp://app.example.com",
    ],
)
def test_what_is_no_origin_is_refused_at_the_start(origins: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_settings({"AUTH_CORS_ORIGINS": f"https://fine.example.com,{origins}"})

    assert [problem.setting for problem in refused.value.problems] == ["AUTH_CORS_ORIGINS"]


def test_origins_are_listed_with_commas_and_there_are_none_by_default() -> None:
    settings = read_settings({"AUTH_CORS_ORIGINS": "https://app.example.com, http://localhost:3000"})

    assert settings.cors_origins == ("https://app.example.com", "http://localhost:3000")
    assert read_settings({}).cors_origins == ()
