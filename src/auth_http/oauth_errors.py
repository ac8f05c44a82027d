"""What goes wrong at the OAuth endpoints, told as OAuth 2.0 wants it: the one table to RFC 6749 §5.2."""

import json
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from auth_core.access.errors import PermissionDenied
from auth_core.errors import AuthError, Rejected, TooManyAttempts, Unavailable
from auth_core.oauth.errors import InvalidClient
from auth_http.problems import headers_of

NOT_STORED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""The headers of every answer of the OAuth endpoints (RFC 6749 §5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthProblem:
    """An error of an OAuth endpoint. `description` is ASCII without quotes and backslashes."""

    error: str
    description: str
    status: int = 400

    def document(self) -> dict[str, str]:
        """Return the members of the answer."""
        return {"error": self.error, "error_description": self.description}


UNSUPPORTED_GRANT_TYPE: Final = OAuthProblem(
    error="unsupported_grant_type", description="The grant types are password and refresh_token."
)
INVALID_SCOPE: Final = OAuthProblem(error="invalid_scope", description="There are no scopes to ask for.")


def invalid_request(description: str) -> OAuthProblem:
    """Return the refusal of a form that lacks something or can be read in two ways."""
    return OAuthProblem(error="invalid_request", description=description)


def oauth_problem_of(error: AuthError) -> OAuthProblem:
    """Return what an OAuth endpoint tells of `error`.

    The RFC has no word for a server that cannot answer now; the one of its §4.1.2.1 serves.
    """
    match error:
        case Unavailable():
            return OAuthProblem(error="temporarily_unavailable", description=error.detail, status=503)
        case TooManyAttempts():
            return OAuthProblem(error="temporarily_unavailable", description=error.detail, status=429)
        case InvalidClient():
            return OAuthProblem(error="invalid_client", description=error.detail, status=401)
        case PermissionDenied():
            return OAuthProblem(error="unauthorized_client", description="The client may not do this.")
        case Rejected():
            return invalid_request(error.detail)
        case _:
            return OAuthProblem(error="invalid_grant", description=error.detail)


def oauth_answer(problem: OAuthProblem, *, because: AuthError | None = None) -> Response:
    """Return the answer that tells `problem`."""
    headers = dict(NOT_STORED)
    if because is not None:
        told = {"Retry-After", "WWW-Authenticate"} if problem.status == 401 else {"Retry-After"}
        headers |= {name: value for name, value in headers_of(because).items() if name in told}
    return Response(
        json.dumps(problem.document()).encode("ascii"),
        status_code=problem.status,
        headers=headers,
        media_type="application/json",
    )
