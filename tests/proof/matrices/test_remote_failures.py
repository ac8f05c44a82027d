"""When the service does not answer, or not as it should: what is known is told, what is not known is not guessed."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest

from auth_adapters.remote.failures import ERRORS
from auth_core import AuthError, Busy, InvalidRefreshToken, InvalidToken, OutcomeUnknown, Rejected, Unavailable
from auth_core.errors import Fault
from auth_core.testing import NOON
from tests.unit.http.interface import DOCUMENT
from tests.unit.wirings.calls import (
    EVERYTHING,
    READS,
    REFRESHES,
    SESSION,
    WRITES,
    Answer,
    Said,
    Scripted,
    asking,
    failure,
    problem,
)

# ---- The table


def documented_codes() -> Iterator[tuple[str, str]]:
    """Every code the service documents at an operation the client asks for."""
    asked = {
        *(("post", path) for path in ("/auth/verify", "/auth/register", "/auth/login", "/auth/refresh")),
        *(("post", path) for path in ("/auth/change-password", "/auth/logout", "/auth/logout-all")),
        *(("post", path) for path in ("/auth/invitation", "/auth/invitation/accept")),
        *(("post", f"/auth/email/{path}") for path in ("verify", "resend", "change", "change/confirm", "change/undo")),
        *(("post", f"/auth/password/{path}") for path in ("forgot", "reset")),
        *(
            ("get", "/auth/me"),
            ("patch", "/auth/me"),
            ("get", "/auth/sessions"),
            ("delete", "/auth/sessions/{session_id}"),
        ),
    }
    for method, path in asked:
        for response in DOCUMENT["paths"][path][method]["responses"].values():
            examples = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
            for code in examples:
                yield f"{method} {path}", code


def test_every_code_the_service_documents_is_known_here() -> None:
    documented = dict.fromkeys(code for _, code in documented_codes())

    assert len(documented) > 20
    # What an error without a name means depends on what was asked for.
    assert documented.keys() - ERRORS.keys() == {"internal_error"}


async def test_every_error_comes_out_as_the_one_that_went_in() -> None:
    for code in ERRORS:
        error = await failure(WRITES["end_session"], problem(400, code))
        if code == error.code:
            continue
        assert type(error) in {Unavailable, InvalidToken, Rejected}, code
        assert code not in {each.code for each in _classes(AuthError)}


def _classes(error: type[AuthError]) -> Iterator[type[AuthError]]:
    for each in error.__subclasses__():
        if hasattr(each, "code") and each.__module__.startswith("auth_core"):
            yield each
        yield from _classes(each)


async def test_faults_are_told_with_their_places() -> None:
    errors = [
        {"pointer": "#/email", "code": "invalid_email", "detail": "No."},
        {"pointer": "#", "code": "unknown_member", "detail": "What?"},
        {"parameter": "session_id", "code": "invalid_value", "detail": "Hm."},
    ]
    error = await failure(WRITES["register"], problem(422, "rejected", errors=errors))

    assert isinstance(error, Rejected)
    assert error.faults == (
        Fault("email", "invalid_email", "No."),
        Fault("", "unknown_member", "What?"),
        Fault("session_id", "invalid_value", "Hm."),
    )


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("999999", 86400),
        ("9999999", 1),
        ("-1", 1),
        ("1.5", 1),
        ("Thu, 26 Nov 2026 12:00:00 GMT", 1),
        ("٣", 1),
    ],
)
async def test_when_to_come_back_is_told_on(said: str, seconds: int) -> None:
    error = await failure(WRITES["log_in"], problem(503, "busy", (b"retry-after", said.encode())))

    assert isinstance(error, Busy)
    assert error.retry_after == timedelta(seconds=seconds)


# ---- No answer, and answers that are none


@pytest.mark.parametrize("name", list(EVERYTHING))
@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
async def test_a_request_that_was_never_sent_has_changed_nothing(name: str, error: type[Exception]) -> None:
    assert type(await failure(EVERYTHING[name], error("nobody there"))) is Unavailable


@pytest.mark.parametrize("name", list(EVERYTHING))
@pytest.mark.parametrize(
    "lost",
    [
        httpx2.ReadTimeout("slow"),
        httpx2.WriteTimeout("slow"),
        httpx2.ReadError("cut"),
        httpx2.RemoteProtocolError("closed"),
        TimeoutError(),
        Said(500, b"<html>"),
        Said(502, b"<html>"),
        Said(503),
        Said(504),
        problem(500, "internal_error"),
        problem(503, "of_a_later_release"),
        Said(301, headers=((b"location", b"https://elsewhere.example/"),)),
        Said(307, headers=((b"location", b"https://elsewhere.example/"),)),
        Said(403, b"<html>"),
        Said(200, b"x" * ((1 << 20) + 1)),
    ],
    ids=lambda each: str(each) if isinstance(each, Said) else type(each).__name__,
)
async def test_an_answer_that_is_lost_leaves_open_whether_it_was_done(name: str, lost: Answer) -> None:
    error = await failure(EVERYTHING[name], lost)

    assert type(error) is (Unavailable if name in READS else OutcomeUnknown)


@pytest.mark.parametrize("name", list(EVERYTHING))
async def test_no_redirect_is_followed(name: str) -> None:
    transport = Scripted(
        [Said(307, headers=((b"location", b"https://elsewhere.example/"),)), problem(404, "not_found")]
    )
    async with asking(transport) as auth:
        with pytest.raises(Unavailable):
            await EVERYTHING[name](auth)

    assert {request.url.host for request in transport.asked} == {"auth.example"}


@pytest.mark.parametrize("name", list(EVERYTHING))
async def test_what_the_service_itself_refuses_was_not_done_whatever_it_calls_it(name: str) -> None:
    assert type(await failure(EVERYTHING[name], problem(409, "of_a_later_release"))) is Unavailable
    assert type(await failure(EVERYTHING[name], problem(405, "method_not_allowed"))) is Unavailable


@pytest.mark.parametrize("body", [b"", b"[]", b'{"": 1}', b"\xff", b"[" * 100_000, b'{"user": 1}', b'{"items": [1]}'])
@pytest.mark.parametrize("name", ["verify", "profile", "sessions", "refresh", "register", "log_in", "update_profile"])
async def test_a_good_answer_that_cannot_be_read_is_none(name: str, body: bytes) -> None:
    error = await failure(EVERYTHING[name], Said(200, body))

    assert type(error) is (Unavailable if name in READS else OutcomeUnknown)


async def test_a_value_that_is_not_what_it_should_be_is_not_taken() -> None:
    user = {
        "id": str(SESSION),
        "email": "a@example.com",
        "first_name": "A",
        "last_name": "B",
        "status": "active",
        "created_at": NOON.isoformat(),
        "updated_at": NOON.isoformat(),
        "last_login_at": None,
    }
    async with asking(Scripted([Said(201, json.dumps(user).encode())])) as auth:
        assert await WRITES["register"](auth)
    for wrong in (
        {"id": "x"},
        {"id": 1},
        {"status": "new"},
        {"created_at": "2030-06-01T12:00:00"},
        {"email": None},
        {"last_login_at": 1},
    ):
        answer = Said(201, json.dumps({**user, **wrong}).encode())
        assert type(await failure(WRITES["register"], answer)) is OutcomeUnknown


async def test_whoever_operates_this_is_told_what_nobody_else_can_mend(caplog: pytest.LogCaptureFixture) -> None:
    await failure(WRITES["log_out"], problem(400, "bad_host"))
    await failure(WRITES["log_out"], Said(502, b"<html>"))
    await failure(WRITES["log_out"], httpx2.ReadTimeout("slow"))

    ours = [record for record in caplog.records if record.name.startswith("auth_adapters")]
    assert [(record.levelname, record.msg) for record in ours] == [
        ("ERROR", "request_spoilt"),
        ("WARNING", "answer_not_understood"),
        ("WARNING", "not_answered"),
    ]


# ---- What is sent again


@pytest.mark.parametrize("name", [*READS, *REFRESHES])
async def test_what_is_as_good_twice_is_sent_once_more_when_its_answer_is_lost(name: str) -> None:
    refused = problem(401, "invalid_refresh_token")
    transport = Scripted([httpx2.ReadError("cut"), refused])
    async with asking(transport) as auth:
        with pytest.raises(InvalidRefreshToken):
            await EVERYTHING[name](auth)
    lost = Scripted([httpx2.ReadError("cut")])
    async with asking(lost) as auth:
        with pytest.raises(Unavailable):
            await EVERYTHING[name](auth)

    assert [len(transport.asked), len(lost.asked)] == [2, 2]
    assert transport.asked[0].content == transport.asked[1].content


@pytest.mark.parametrize("name", list(WRITES))
async def test_whatever_else_changes_something_is_sent_once(name: str) -> None:
    transport = Scripted([httpx2.ReadError("cut")])
    async with asking(transport) as auth:
        with pytest.raises(OutcomeUnknown):
            await WRITES[name](auth)

    assert len(transport.asked) == 1


@pytest.mark.parametrize("name", list(EVERYTHING))
async def test_an_answer_that_says_no_is_not_asked_for_again(name: str) -> None:
    transport = Scripted([problem(503, "unavailable")])
    async with asking(transport) as auth:
        with pytest.raises(Unavailable):
            await EVERYTHING[name](auth)

    assert len(transport.asked) == 1
