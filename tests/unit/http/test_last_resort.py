"""What nobody expected."""

import pytest
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from auth_http.middleware.last_resort import AnswerCutShort, LastResort
from tests.unit.http.asgi import ask

CANARY = "correct horse battery staple"


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    password = CANARY
    try:
        raise KeyError(password)
    except KeyError as error:
        raise ValueError(f"cannot use {password}") from error


async def broken_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(CANARY)


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})


async def nothing() -> Message:
    return {"type": "http.disconnect"}


@pytest.mark.covers("R-H5", "R-H6", "HTTP-19", "HTTP-21")
async def test_the_caller_learns_that_it_happened_and_nothing_else() -> None:
    with capture_logs():
        answer = await ask(LastResort(broken), "GET", "/")

    assert answer is not None
    assert (answer.status, answer.code) == (500, "internal_error")
    assert CANARY.encode() not in answer.body


@pytest.mark.covers("R-L1", "HTTP-21")
async def test_the_log_learns_where_it_happened_but_no_value() -> None:
    with capture_logs() as lines:
        await ask(LastResort(broken), "GET", "/")

    (line,) = lines
    assert line["event"] == "unexpected_error"
    assert line["error"] == ["builtins.ValueError", "builtins.KeyError"]
    assert line["way"][-1].endswith(" broken")
    assert CANARY not in repr(lines)


async def test_an_answer_that_has_begun_is_cut_short() -> None:
    with capture_logs() as lines, pytest.raises(AnswerCutShort) as raised:
        await ask(LastResort(broken_late), "GET", "/")

    assert len(lines) == 1
    assert raised.value.__context__ is None


@pytest.mark.parametrize("closed", [ConnectionResetError(), RuntimeError("unable to perform: the handler is closed")])
async def test_a_caller_who_has_gone_is_nobodys_fault(closed: Exception) -> None:
    async def gone(message: Message) -> None:
        raise closed

    with capture_logs() as lines:
        await LastResort(fine)({"type": "http"}, nothing, gone)

    assert lines == []


async def test_a_server_that_cannot_send_for_another_reason_is() -> None:
    async def broken_server(message: Message) -> None:
        raise RuntimeError("the answer is longer than it said")

    with capture_logs() as lines, pytest.raises(AnswerCutShort):
        await LastResort(fine)({"type": "http"}, nothing, broken_server)

    assert [line["event"] for line in lines] == ["unexpected_error"]
