"""Log lines: one form for everybody, and no secret and no forgery in any."""

import io
import json
import logging
import warnings
from typing import Any

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from auth_core import Redacted
from auth_http.middleware.access_log import AccessLog
from auth_http.settings import LogFormat, LogLevel
from auth_http.telemetry import configure_logging
from auth_http.telemetry.plain import plain_text
from tests.unit.http.asgi import ask

TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
CANARY = "c4n4ry-Zk3v9QmT7rXw2L"


class Log:
    """A log that is written to memory."""

    def __init__(self, log_format: LogFormat = LogFormat.JSON, level: LogLevel = LogLevel.DEBUG) -> None:
        self._stream = io.StringIO()
        configure_logging(level=level, log_format=log_format, stream=self._stream)
        self.logger = structlog.get_logger("auth_http.test")

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_a_line_for_programs_is_one_object_with_its_time_in_utc() -> None:
    log = Log()
    structlog.contextvars.bind_contextvars(request_id="r-1", session_id="s-1")

    log.logger.info("request", status=200)

    (line,) = log.lines
    assert line["time"].endswith("Z")
    assert (line["level"], line["event"], line["logger"]) == ("info", "request", "auth_http.test")
    assert (line["request_id"], line["session_id"], line["status"]) == ("r-1", "s-1", 200)


async def test_requests_are_logged_as_logging_was_set_up_last_whoever_was_built_before() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    logged = AccessLog(app)
    before = Log(level=LogLevel.WARNING)
    await ask(logged, "GET", "/")
    after = Log(level=LogLevel.INFO)
    await ask(logged, "GET", "/")
    Log(level=LogLevel.WARNING)
    await ask(logged, "GET", "/")

    assert before.lines == []
    assert [line["event"] for line in after.lines] == ["request"]


def test_what_libraries_log_has_the_same_form() -> None:
    log = Log()

    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7, extra={"color_message": "coloured"})
    logging.getLogger("sqlalchemy.engine").warning("slow")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert [line["event"] for line in log.lines[:2]] == ["Started server process [7]", "slow"]
    assert "old" in log.lines[2]["event"]
    assert "color_message" not in log.text


def test_sql_is_not_logged_even_at_debug() -> None:
    log = Log()

    logging.getLogger("sqlalchemy.engine").info("SELECT 1")

    assert log.text == ""


def test_what_weighs_less_than_the_level_is_not_written() -> None:
    log = Log(level=LogLevel.WARNING)

    log.logger.info("quiet")
    log.logger.warning("loud")

    assert [line["event"] for line in log.lines] == ["loud"]


def test_on_a_console_lines_are_for_people() -> None:
    log = Log(LogFormat.CONSOLE)

    log.logger.info("serving", address="http://127.0.0.1:8000")

    assert "serving" in log.text
    assert "address=http://127.0.0.1:8000" in log.text
    assert "\x1b" not in log.text  # no colours where nobody sees them


@pytest.mark.covers("R-L1", "R-H5")
@pytest.mark.parametrize("log_format", list(LogFormat))
def test_an_exception_tells_its_way_and_no_local_value(log_format: LogFormat) -> None:
    log = Log(log_format)

    def sign_in(typed: str) -> None:
        try:
            raise KeyError(len(typed))
        except KeyError as error:
            raise ValueError("it went wrong") from error

    try:
        sign_in(CANARY)
    except ValueError:
        log.logger.exception("failed")

    assert "it went wrong" in log.text
    assert "KeyError" in log.text
    assert "sign_in" in log.text
    assert CANARY not in log.text


@pytest.mark.covers("HTTP-20", "R-L1")
@pytest.mark.parametrize("log_format", list(LogFormat))
@pytest.mark.parametrize(
    "forgery", ["a\r\nb", "a\x1b[31mb", "a\u2028b", "a\u2029b", "a\x85b", "a\u202eb", "a\x00b", "a\ud800b"]
)
def test_no_character_can_forge_a_line_or_steer_a_terminal(log_format: LogFormat, forgery: str) -> None:
    log = Log(log_format)

    event = f"event {forgery}"
    log.logger.info(event, agent=forgery, deep={"x": [forgery], forgery: 1})
    logging.getLogger("library").info("said %s", forgery)

    assert len(log.text.splitlines()) == 2
    assert not set(log.text) & set("\r\x1b\u2028\u2029\x85\u202e\x00\ud800")
    assert log.text.encode()


@pytest.mark.covers("HTTP-20")
def test_an_exception_cannot_forge_a_line_either() -> None:
    log = Log()

    try:
        raise ValueError('x\n{"event": "forged"}')
    except ValueError:
        log.logger.exception("failed")

    assert len(log.lines) == 1


@pytest.mark.covers("HTTP-20")
def test_a_value_of_a_megabyte_is_cut() -> None:
    log = Log()

    log.logger.info("request", agent="x" * 1_000_000)

    assert len(log.text) < 10_000
    assert "1000000 characters" in log.lines[0]["agent"]


def test_what_json_cannot_say_is_said_in_words() -> None:
    log = Log()

    log.logger.info("odd", number=float("nan"), thing=Redacted(CANARY), raw=b"\xff", members={3})

    (line,) = log.lines
    assert line["number"] == "nan"
    assert line["members"] == [3]
    assert CANARY not in log.text


@pytest.mark.covers("R-L1", "HTTP-21")
@pytest.mark.parametrize(
    "said",
    [
        f"token {TOKEN} is bad",
        f"Authorization: Bearer {CANARY}",
        f"basic {CANARY}",
        f"postgresql+asyncpg://auth:{CANARY}@db:5432/auth failed",
        f"redis://:{CANARY}@cache/0",
        f"password={CANARY} user=x",
        f"https://x.example/?refresh_token={CANARY}&a=b",
        f"{{'password': '{CANARY} with spaces', 'a': 1}}",
        f'{{"new_password": "{CANARY}\\" quoted"}}',
        f'{{"client_secret":"{CANARY}"',
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
        "$2b$12$" + CANARY.replace("-", "x").ljust(53, "x"),
        f"$sealed-bcrypt${CANARY}",
        f"authcs_{CANARY}",
    ],
)
@pytest.mark.parametrize("log_format", list(LogFormat))
def test_what_looks_like_a_secret_is_starred(log_format: LogFormat, said: str) -> None:
    log = Log(log_format)

    log.logger.info(said, detail=said, members=[said])
    logging.getLogger("library").warning("%s", said)
    try:
        raise ValueError(said)
    except ValueError:
        log.logger.exception("failed")

    assert "*" in log.text
    for secret in (CANARY, CANARY.replace("-", "x"), *TOKEN.split(".")):
        assert secret not in log.text


@pytest.mark.covers("R-L1")
@pytest.mark.parametrize(
    "key", ["password", "new_password", "refresh_token", "Authorization", "database_url", "client-secret", "tokens"]
)
def test_what_stands_beside_the_name_of_a_secret_is_starred(key: str) -> None:
    log = Log()

    log.logger.info("event", **{key: CANARY}, deep={key: [CANARY]})

    assert CANARY not in log.text


def test_what_only_sounds_like_a_secret_is_shown() -> None:
    log = Log()

    log.logger.info("the token expired", token_id="t-1", session_id="s-1", error="password: too short")

    (line,) = log.lines
    assert line["event"] == "the token expired"
    assert line["token_id"] == "t-1"
    assert line["error"] == "password: too short"


def test_half_a_secret_at_the_cut_is_not_shown() -> None:
    cut = plain_text("x" * 8180 + " " + TOKEN)

    assert "eyJ" not in cut


@pytest.mark.covers("HTTP-21")
def test_a_line_that_cannot_be_written_is_said_without_its_values(capfd: pytest.CaptureFixture[str]) -> None:
    log = Log()

    logging.getLogger("library").info("%d", CANARY)

    assert [line["event"] for line in log.lines] == ["log_line_lost"]
    assert capfd.readouterr().err == ""
