"""What can be wrong with a request before any use case has seen it."""

from collections.abc import Mapping
from typing import Final

from auth_core.errors import AuthError, Rejected
from auth_http.problems import Problem, pointer, problem_of


class RequestRefused(Exception):
    """The request cannot be served, for a reason no use case knows of."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def problem_told(error: AuthError | RequestRefused) -> Problem:
    """Return what may be told of `error`, whoever has raised it."""
    return error.problem if isinstance(error, RequestRefused) else problem_of(error)


_CLOSE: Final = {"Connection": "close"}  # What follows on this connection may be the rest of what was not read.

NOT_FOUND: Final = Problem(status=404, code="not_found", detail="There is nothing at this address.")
METHOD_NOT_ALLOWED: Final = Problem(
    status=405, code="method_not_allowed", detail="This address does not know this method; Allow names those it does."
)
BAD_REQUEST: Final = Problem(status=400, code="bad_request", detail="The request cannot be read.")
INTERNAL_ERROR: Final = Problem(
    status=500, code="internal_error", detail="Something went wrong on our side. The instance says where to look."
)

BAD_HOST: Final = Problem(
    status=400, code="bad_host", detail="A request names one host, as a name or an address.", headers=_CLOSE
)
BAD_HEADER: Final = Problem(
    status=400, code="bad_header", detail="A header field holds control characters.", headers=_CLOSE
)
AMBIGUOUS_HEADER: Final = Problem(
    status=400, code="ambiguous_header", detail="A header field that is to be given once was repeated.", headers=_CLOSE
)
TOKEN_IN_QUERY: Final = Problem(
    status=400,
    code="token_in_query",
    detail="Send the token in the Authorization header; addresses end up in logs.",
    headers={"WWW-Authenticate": 'Bearer error="invalid_request"'},
)
TWO_TOKENS: Final = Problem(
    status=400,
    code="two_tokens",
    detail="Send one token, in one Authorization header.",
    headers={"WWW-Authenticate": 'Bearer error="invalid_request"'},
)
TOKEN_TOO_LARGE: Final = Problem(status=431, code="token_too_large", detail="No token has more than 8 KiB.")
HEADERS_TOO_LARGE: Final = Problem(
    status=431, code="headers_too_large", detail="The header fields are too many or too large.", headers=_CLOSE
)

BODY_TOO_LARGE: Final = Problem(
    status=413,
    code="body_too_large",
    detail="The body of a request may have 64 KiB, one for many users 256 KiB.",
    headers=_CLOSE,
)
BODY_TOO_SLOW: Final = Problem(
    status=408, code="body_too_slow", detail="The body did not arrive in time.", headers=_CLOSE
)
UNSUPPORTED_MEDIA_TYPE: Final = Problem(
    status=415,
    code="unsupported_media_type",
    detail="Send application/json in UTF-8, not compressed; where OAuth is spoken application/x-www-form-urlencoded.",
)
MALFORMED_JSON: Final = Problem(status=400, code="malformed_json", detail="The body is not JSON in UTF-8.")
NESTED_TOO_DEEPLY: Final = Problem(status=400, code="nested_too_deeply", detail="The body nests deeper than 32 levels.")


def rejected(code: str, detail: str) -> Problem:
    """Return the refusal of a document for something that stands in it, at a place that cannot be named."""
    return rejected_for({"pointer": pointer(), "code": code, "detail": detail})


def rejected_for(*errors: Mapping[str, str]) -> Problem:
    """Return the refusal of a request for what stands in it, every error with its place."""
    return Problem(status=422, code=Rejected.code, detail=Rejected.detail, errors=errors)
