"""The one table from errors to problems."""

from datetime import timedelta

import pytest

from auth_core import AuthError, Fault, OutcomeUnknown, Rejected, TooManyAttempts, Unavailable
from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.login.errors import InvalidCredentials
from auth_core.sessions.errors import InvalidRefreshToken, SessionNotFound
from auth_core.tokens.errors import ExpiredToken, InvalidToken, MalformedToken, NoSigningKey, RevokedToken
from auth_core.users.errors import EmailTaken, InvalidEmail, RegistrationClosed, UserNotFound
from auth_http.oauth_errors import oauth_problem_of
from auth_http.problems import problem_of

SHORTLY = timedelta(seconds=1.2)


class Wait(TooManyAttempts):
    code = "too_many_attempts"
    detail = "Wait."


STATUSES: list[tuple[AuthError, int]] = [
    (Rejected(), 422),
    (WeakPassword(), 422),
    (InvalidEmail(), 422),
    (MalformedToken(), 400),
    (InvalidCredentials(), 401),
    (InvalidRefreshToken(), 401),
    (WrongPassword(), 401),
    (InvalidToken(), 401),
    (ExpiredToken(), 401),
    (RevokedToken(), 401),
    (RegistrationClosed(), 403),
    (UserNotFound(), 404),
    (SessionNotFound(), 404),
    (EmailTaken(), 409),
    (Wait(SHORTLY), 429),
    (Busy(SHORTLY), 503),
    (NoSigningKey(SHORTLY), 503),
    (OutcomeUnknown(SHORTLY), 503),
]


@pytest.mark.covers("R-H5")
@pytest.mark.parametrize(("error", "status"), STATUSES, ids=[type(error).__name__ for error, _ in STATUSES])
def test_every_kind_of_error_has_its_status_and_keeps_its_code(error: AuthError, status: int) -> None:
    problem = problem_of(error)

    assert (problem.status, problem.code, problem.detail) == (status, error.code, error.detail)
    assert problem.document("1")["type"] == f"urn:auth-service:problem:{error.code}"


def test_an_error_of_no_kind_is_our_fault() -> None:
    class Strange(AuthError):
        code = "strange"
        detail = "Strange."

    assert problem_of(Strange()).status == 500


@pytest.mark.covers("THR-01")
@pytest.mark.parametrize("kind", [Wait, Busy, Unavailable])
@pytest.mark.parametrize(("wait", "seconds"), [(0.0, "1"), (0.2, "1"), (1.2, "2"), (30.0, "30")])
def test_the_time_to_wait_is_told_in_whole_seconds_and_never_too_short(
    kind: type[TooManyAttempts] | type[Unavailable], wait: float, seconds: str
) -> None:
    problem = problem_of(kind(timedelta(seconds=wait)))

    assert problem.headers["Retry-After"] == seconds


@pytest.mark.parametrize("error", [InvalidToken(), ExpiredToken(), RevokedToken()])
def test_a_token_that_is_not_good_is_told_the_way_of_bearer_tokens(error: AuthError) -> None:
    assert problem_of(error).headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize("error", [InvalidCredentials(), WrongPassword(), InvalidRefreshToken()])
def test_where_no_access_token_was_wrong_none_is_said_to_be(error: AuthError) -> None:
    assert problem_of(error).headers["WWW-Authenticate"] == "Bearer"


def test_every_fault_is_told_with_its_place() -> None:
    problem = problem_of(Rejected(Fault("email", "invalid_email", "No."), Fault("password", "too_short", "More.")))

    assert problem.document("1")["errors"] == [
        {"pointer": "#/email", "code": "invalid_email", "detail": "No."},
        {"pointer": "#/password", "code": "too_short", "detail": "More."},
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InvalidCredentials(), (400, "invalid_grant")),
        (InvalidRefreshToken(), (400, "invalid_grant")),
        (Rejected(), (400, "invalid_request")),
        (Busy(SHORTLY), (503, "temporarily_unavailable")),
        (Wait(SHORTLY), (429, "temporarily_unavailable")),
        (RegistrationClosed(), (400, "invalid_grant")),
    ],
)
def test_the_token_endpoint_has_words_of_its_own(error: AuthError, told: tuple[int, str]) -> None:
    problem = oauth_problem_of(error)

    assert (problem.status, problem.error) == told
    assert problem.description.isascii()
    assert not set(problem.description) & {'"', "\\"}
