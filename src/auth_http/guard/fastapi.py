"""A guard for the routes of a FastAPI application: who is asking, and may they?"""

from collections.abc import Callable
from typing import Any, Final

from auth_adapters.extras import needs
from auth_core.access.errors import PermissionDenied
from auth_core.access.model import Principal
from auth_core.access.requirement import Requirement, all_of
from auth_core.errors import AuthError, Unavailable
from auth_core.guard import identify
from auth_core.revocation.errors import RevocationsUnknown
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import ExpiredToken, InvalidToken, KeysUnknown, MissingToken, RevokedToken
from auth_core.tokens.ports import TokenVerifier
from auth_http.guard.bearer import read_bearer
from auth_http.guard.websockets import POLICY_VIOLATION, can_be_answered
from auth_http.problems import MEDIA_TYPE, Problem, answer, problem_of
from auth_http.request_problems import TOKEN_IN_QUERY, TOKEN_TOO_LARGE, TWO_TOKENS, RequestRefused, problem_told
from auth_http.schemas.problem import PROBLEM

with needs("fastapi"):
    from fastapi import FastAPI, HTTPException, Request, Response, WebSocketException
    from fastapi.openapi.models import HTTPBearer
    from fastapi.requests import HTTPConnection
    from fastapi.security.base import SecurityBase

_PROBLEM: Final = {**PROBLEM, "required": ["type", "title", "status", "detail", "code"]}
_TOLD: Final = (
    MissingToken(),
    InvalidToken(),
    ExpiredToken(),
    RevokedToken(),
    PermissionDenied(),
    TOKEN_IN_QUERY,
    TWO_TOKENS,
    TOKEN_TOO_LARGE,
    KeysUnknown(Unavailable.SHORTLY),
    RevocationsUnknown(Unavailable.SHORTLY),
)


class Refused(HTTPException):
    """A request is not let in; `problem` says why, with its status, headers and `code`.

    An application that knows nothing of it answers it like any other `HTTPException`. `tell_problems` has it answered
    as this service would.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail, dict(problem.headers))
        self.problem = problem


class Guard:
    """Dependencies for routes that ask for an access token, which `verifier` judges.

    `principal` and `claims` are who is asking, and let nobody in who is not signed in. `optional` is None for a request
    without credentials; bad credentials are refused there too. `require` asks for permissions besides.

    All raise Refused, and WebSocketException for a WebSocket on a server that cannot answer one otherwise.
    """

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier
        self._required: dict[Requirement, Bearer[Principal]] = {}
        self.claims = Bearer(verifier, _somebody)
        self.principal = Bearer(verifier, lambda claims: _somebody(claims).principal)
        self.optional = Bearer(verifier, lambda claims: None if claims is None else claims.principal)

    def require(self, *needed: str | Requirement) -> "Bearer[Principal]":
        """Return the dependency that lets in who holds the permissions needed, and says who it is.

        The same requirement is the same dependency. Raises: InvalidPermission.
        """
        requirement = all_of(*needed)

        def permitted(claims: VerifiedClaims | None) -> Principal:
            principal = _somebody(claims).principal
            requirement.demand_of(principal)
            return principal

        return self._required.setdefault(requirement, Bearer(self._verifier, permitted))

    @property
    def responses(self) -> dict[int | str, dict[str, Any]]:
        """The documentation of every refusal, for `responses=` of a route, a router or an application."""
        return _documented()


class Bearer[T](SecurityBase):
    """One dependency of a guard. To the documentation all of them are one scheme, the Bearer token of RFC 6750."""

    def __init__(self, verifier: TokenVerifier, judge: Callable[[VerifiedClaims | None], T]) -> None:
        self.scheme_name = "bearer"
        self.model = HTTPBearer(bearerFormat="JWT", description="An access token.")
        self._verifier = verifier
        self._judge = judge

    async def __call__(self, connection: HTTPConnection) -> T:
        """Return what the route asked for. Raises: Refused, WebSocketException."""
        try:
            token = read_bearer(connection.scope)
            return self._judge(None if token is None else await identify(self._verifier, token))
        except (AuthError, RequestRefused) as error:
            problem = problem_told(error)
            if can_be_answered(connection.scope):
                raise Refused(problem) from error
            raise WebSocketException(POLICY_VIOLATION, problem.code) from error


def tell_problems(app: FastAPI) -> None:
    """Have `app` answer refusals, and every `AuthError` its routes raise, with problem documents (RFC 9457)."""
    app.add_exception_handler(Refused, _tell)
    app.add_exception_handler(AuthError, _tell)


async def _tell(request: Request, error: Exception) -> Response:
    match error:
        case Refused(problem=problem):
            return answer(problem, request.scope)
        case AuthError():
            return answer(problem_of(error), request.scope)
        case _:
            raise error


def _somebody(claims: VerifiedClaims | None) -> VerifiedClaims:
    if claims is None:
        raise MissingToken
    return claims


def _documented() -> dict[int | str, dict[str, Any]]:
    responses: dict[int | str, dict[str, Any]] = {}
    for each in _TOLD:
        problem = each if isinstance(each, Problem) else problem_of(each)
        response = responses.setdefault(
            problem.status, {"content": {MEDIA_TYPE: {"schema": _PROBLEM, "examples": {}}}, "headers": {}}
        )
        examples = response["content"][MEDIA_TYPE]["examples"]
        examples[problem.code] = {"summary": problem.detail, "value": problem.document(None)}
        response["description"] = ", ".join(f"`{code}`" for code in examples)
        response["headers"] |= {name: {"schema": {"type": "string"}} for name in problem.headers}
    return dict(sorted(responses.items()))
