"""Bodies: their size, their pace, their type."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.types import Message, Receive, Scope, Send

from auth_http.middleware.body import LARGEST_BODY, BodyGuard
from tests.unit.http.asgi import FORM, JSON, Answer, ask


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what it read, in the one piece it is promised."""
    message = await receive()
    assert not message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message.get("body", b"")})


guard = BodyGuard(echo, forms=frozenset({"/form"}))


async def post(*headers: tuple[bytes, bytes], body: bytes | list[bytes], path: str = "/json") -> Answer:
    answer = await ask(guard, "POST", path, *headers, body=body)
    assert answer is not None
    return answer


async def test_a_body_in_pieces_arrives_whole() -> None:
    answer = await post(JSON, body=[b'{"a":', b"", b' "b"}'])

    assert answer.body == b'{"a": "b"}'


async def test_a_body_as_large_as_may_be_is_taken() -> None:
    body = b'"' + b"x" * (LARGEST_BODY - 2) + b'"'

    answer = await post(JSON, body=body)

    assert answer.body == body


@pytest.mark.covers("HTTP-01", "PWD-06", "RFR-10")
async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    read: list[Message] = []

    async def receive() -> Message:
        read.append({})
        return {"type": "http.request", "body": b""}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/json",
        "headers": [JSON, (b"content-length", b"10000000")],
    }
    await guard(scope, receive, send)

    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]
    assert not read


@pytest.mark.covers("HTTP-01", "R-H4")
async def test_a_body_that_never_said_its_size_is_cut_at_the_limit() -> None:
    answer = await post(JSON, body=[b"x" * 1024] * 100)

    assert (answer.status, answer.code) == (413, "body_too_large")
    assert answer.header("connection") == "close"


@pytest.mark.parametrize("length", [b"-1", b"1_0", b"+5", b"", "٣".encode(), b"9" * 5000])
async def test_a_length_that_is_none_is_refused(length: bytes) -> None:
    answer = await post(JSON, (b"content-length", length), body=b"{}")

    assert answer.status in (400, 413)


@pytest.mark.covers("HTTP-12", "R-H3")
@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"2"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"2"), (b"content-length", b"3")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
    ],
    ids=["length and chunks", "two lengths", "two codings"],
)
async def test_a_body_with_two_sizes_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    answer = await post(JSON, *headers, body=b"{}")

    assert (answer.status, answer.code) == (400, "ambiguous_header")


@pytest.mark.covers("HTTP-10", "HTTP-11", "HTTP-27", "R-H1")
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"")],
        [FORM],
        [(b"content-type", b"multipart/form-data; boundary=x")],
        [(b"content-type", b"application/json; charset=utf-7")],
        [(b"content-type", b"application/json; charset=utf-16")],
        [(b"content-type", b"application/json; boundary=x")],
        [(b"content-type", b"application/json, text/plain")],
        [(b"content-type", b"application/jsonx")],
        [(b"content-type", b"application/vnd.api+json")],
        [JSON, JSON],
        [JSON, (b"content-type", b"text/plain")],
        [JSON, (b"content-encoding", b"gzip")],
    ],
    ids=str,
)
async def test_another_content_type_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    answer = await post(*headers, body=b"{}")

    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"Application/JSON",
        b"application/json;charset=utf-8",
        b"application/json; charset=UTF-8",
        b'application/json; charset="utf-8"',
    ],
)
async def test_json_in_utf_8_is_taken_however_it_is_called(content_type: bytes) -> None:
    answer = await post((b"content-type", content_type), body=b"{}")

    assert answer.status == 200


async def test_a_form_is_taken_where_forms_are_expected_and_nowhere_else() -> None:
    there = await post(FORM, body=b"a=b", path="/form")
    elsewhere = await post(FORM, body=b"a=b", path="/json")
    json_there = await post(JSON, body=b"{}", path="/form")

    assert (there.status, elsewhere.status, json_there.status) == (200, 415, 415)


async def test_a_form_with_two_readings_is_refused_the_way_of_oauth() -> None:
    answer = await post(FORM, body=b"username=a&username=b", path="/form")

    assert answer.status == 400
    assert answer.json()["error"] == "invalid_request"
    assert answer.header("cache-control") == "no-store"


async def test_without_a_body_no_type_is_asked_for() -> None:
    answer = await post(body=b"")

    assert answer.status == 200


@pytest.mark.covers("RFR-25")
async def test_nothing_happens_for_a_caller_who_hangs_up_in_the_middle() -> None:
    answer = await ask(guard, "POST", "/form", FORM, body=[b"password=abc"], hangs_up=True)

    assert answer is None


@pytest.mark.covers("HTTP-02", "R-H4")
async def test_a_body_that_does_not_arrive_in_time_is_given_up() -> None:
    impatient = BodyGuard(echo, deadline=timedelta(0))
    sent: list[Message] = []

    async def pieces() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"{", "more_body": True}
        await asyncio.Event().wait()

    coming = pieces()

    async def receive() -> Message:
        return await anext(coming)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/json",
        "headers": [JSON, (b"transfer-encoding", b"chunked")],
    }
    await impatient(scope, receive, send)

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
