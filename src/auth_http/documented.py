"""What routes say in the documentation of what can go wrong: every code, with the very answer as its example."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from auth_core.errors import AuthError, ChangedMeanwhile, Fault, OutcomeUnknown, Rejected, Unavailable
from auth_core.idempotency.errors import IdempotencyKeyReused, InvalidIdempotencyKey
from auth_core.tokens.errors import ExpiredToken, InvalidToken, MissingToken, RevokedToken
from auth_http.oauth_errors import OAuthProblem
from auth_http.problems import MEDIA_TYPE, Problem, problem_of
from auth_http.request_problems import (
    AMBIGUOUS_HEADER,
    BAD_HEADER,
    BAD_HOST,
    BODY_TOO_LARGE,
    BODY_TOO_SLOW,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    MALFORMED_JSON,
    NESTED_TOO_DEEPLY,
    TOKEN_IN_QUERY,
    TOKEN_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
)

type Responses = dict[int | str, dict[str, Any]]

EXAMPLE_REQUEST_ID: Final = "2f6d1e0c4a5546b0a3f19b1c7a3e5c00"

_EVERYWHERE: Final = (AMBIGUOUS_HEADER, BAD_HEADER, BAD_HOST, HEADERS_TOO_LARGE, INTERNAL_ERROR)
_WITH_A_BODY: Final = (BODY_TOO_LARGE, BODY_TOO_SLOW, UNSUPPORTED_MEDIA_TYPE)
_WITH_JSON: Final = (MALFORMED_JSON, NESTED_TOO_DEEPLY, Rejected(Fault("email", "missing", "This is needed.")))
_WITH_A_TOKEN: Final = (MissingToken(), InvalidToken(), ExpiredToken(), RevokedToken(), TOKEN_IN_QUERY, TOKEN_TOO_LARGE)

_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ETag": {
        "description": "The state this tells, for `If-Match` (RFC 9110 §8.8.3).",
        "schema": {"type": "string"},
        "example": '"7"',
    },
    "Retry-After": {"description": "Seconds to wait before the next attempt.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to authenticate (RFC 6750 §3, RFC 7617).", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "The id of the request.", "schema": {"type": "string"}},
}

SHORTLY: Final = timedelta(seconds=2)


def failures(
    *told: AuthError | Problem,
    json: bool = False,
    bearer: bool = False,
    reads: bool = False,
    writes: bool = False,
    tagged: int | None = None,
    if_match: bool = False,
    once: bool = False,
) -> Responses:
    """Return the documentation of everything that can go wrong at a route.

    `told` is what its use case raises besides; `json` says that the route asks for a document, `bearer` for an access
    token, `reads` and `writes` what it does in the database, and `once` that it takes an `Idempotency-Key`. The answer
    with the status `tagged` tells an `ETag`, and with `if_match` the route heeds one.
    """
    all_told: list[AuthError | Problem] = [*told, *_EVERYWHERE]
    all_told += [*_WITH_A_BODY, *_WITH_JSON] if json else []
    all_told += [ChangedMeanwhile()] if if_match else []
    all_told += _WITH_A_TOKEN if bearer else []
    all_told += [InvalidIdempotencyKey(), IdempotencyKeyReused()] if once else []
    all_told += [Unavailable(Unavailable.SHORTLY)] if reads or writes or bearer else []
    all_told += [OutcomeUnknown(Unavailable.SHORTLY)] if writes else []
    responses: Responses = {}
    for each in all_told:
        problem = problem_of(each) if isinstance(each, AuthError) else each
        _tell(responses, problem)
    if tagged is not None:
        responses[tagged] = {"headers": {"ETag": _HEADERS["ETag"]}}
    return dict(sorted(responses.items(), key=lambda item: int(item[0])))


def oauth_failures(*told: OAuthProblem) -> Responses:
    """Return the documentation of what can go wrong at an OAuth endpoint (RFC 6749 §5.2)."""
    responses: Responses = {}
    for problem in (*_EVERYWHERE, *_WITH_A_BODY):
        _tell(responses, problem)
    for each in told:
        response = _response(responses, each.status)
        content = response["content"].setdefault(
            "application/json", {"schema": {"$ref": "#/components/schemas/OAuthError"}, "examples": {}}
        )
        content["examples"].setdefault(each.error, {"summary": each.description, "value": each.document()})
        if each.status == 401:
            response["headers"]["WWW-Authenticate"] = _HEADERS["WWW-Authenticate"]
    return dict(sorted(responses.items(), key=lambda item: int(item[0])))


def _tell(responses: Responses, problem: Problem) -> None:
    response = _response(responses, problem.status)
    content = response["content"].setdefault(
        MEDIA_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
    )
    content["examples"].setdefault(
        problem.code, {"summary": problem.detail, "value": problem.document(EXAMPLE_REQUEST_ID)}
    )
    for name in problem.headers:
        if name in _HEADERS:
            response["headers"][name] = _HEADERS[name]
    response["description"] = ", ".join(f"`{code}`" for code in content["examples"])


def _response(responses: Responses, status: int) -> dict[str, Any]:
    return responses.setdefault(
        status,
        {"description": "It did not work.", "content": {}, "headers": {"X-Request-ID": _HEADERS["X-Request-ID"]}},
    )
