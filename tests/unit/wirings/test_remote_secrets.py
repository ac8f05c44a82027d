"""What is sent, and what nobody sees of it."""

import json
import logging
from collections.abc import Iterator
from types import TracebackType

import httpx2
import pytest

from auth_core import Origin
from tests.unit.wirings.calls import (
    ACCESS,
    ADDRESS,
    EVERYTHING,
    PASSWORD,
    REFRESH,
    SECRETS,
    TOKEN,
    WRITES,
    Answer,
    Said,
    Scripted,
    asking,
    failure,
    problem,
)


async def test_secrets_are_sent_where_they_belong_and_with_them_where_the_call_came_from() -> None:
    transport = Scripted([Said(204)])
    async with asking(transport) as auth:
        await WRITES["change_password"](auth)
    [request] = transport.asked

    assert str(request.url) == f"{ADDRESS}/auth/change-password"
    assert request.headers["authorization"] == f"Bearer {ACCESS}"
    assert json.loads(request.content) == {"current_password": PASSWORD, "new_password": PASSWORD}
    assert [request.headers[name] for name in ("user-agent", "x-request-id", "x-forwarded-for")] == [
        "Firefox",
        "r-1",
        "192.0.2.7",
    ]


async def test_nothing_is_told_of_a_caller_that_is_not_known() -> None:
    transport = Scripted([Said(204)])
    async with asking(transport) as auth:
        await auth.log_out(access_token=TOKEN, origin=Origin(address="a unix socket"))
    [request] = transport.asked

    assert not {"user-agent", "x-request-id", "x-forwarded-for", "cookie"} & set(request.headers)


def everything_reachable(error: BaseException) -> Iterator[str]:
    """All that a log or an error reporter could show of an exception: its chain, its frames, their values."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        yield f"{each} {each!r} {vars(each)}"
        yield from _frames(each.__traceback__)


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        if "auth_adapters" in traceback.tb_frame.f_code.co_filename:
            for value in traceback.tb_frame.f_locals.values():
                yield f"{value!r} {getattr(value, '__dict__', '')!r}"
        traceback = traceback.tb_next


# What `verify_access_token` is given is a text: whoever calls it has made that readable already.
SILENT = {name: act for name, act in EVERYTHING.items() if name != "verify"}


@pytest.mark.parametrize("name", list(SILENT))
@pytest.mark.parametrize(
    "answer",
    [
        httpx2.ReadError("cut"),
        httpx2.ConnectError("nobody there"),
        problem(401, "invalid_credentials"),
        problem(500, "internal_error"),
    ],
    ids=["lost", "not sent", "refused", "failed"],
)
async def test_no_secret_is_in_what_is_raised_or_logged(
    name: str, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await failure(SILENT[name], answer)
    shown = [*everything_reachable(error), caplog.text, *(str(vars(record)) for record in caplog.records)]

    assert not [text for text in shown if any(secret in text for secret in SECRETS)]


async def test_no_secret_is_in_what_a_text_that_cannot_be_read_leads_to() -> None:
    held = {"access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 900}
    for name in ("refresh", "log_in"):
        error = await failure(EVERYTHING[name], Said(200, json.dumps(held).encode()))

        assert not [text for text in everything_reachable(error) if any(secret in text for secret in SECRETS)]
