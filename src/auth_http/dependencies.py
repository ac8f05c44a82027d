"""What routes take from a request: the use cases, where it came from, and who is asking."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, cast

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import OAuth2, OAuthFlowPassword, OAuthFlows
from fastapi.security.base import SecurityBase

from auth_core.access.errors import PermissionDenied
from auth_core.assembly import AuthCore
from auth_core.origin import Origin
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken, MalformedToken, MissingToken
from auth_http.problems import request_id
from auth_http.request_problems import TOKEN_IN_QUERY, RequestRefused
from auth_http.wiring import Wiring

# The syntax of RFC 6750 §2.1; schemes are compared without regard to case (RFC 9110 §11.1).
_BEARER: Final = re.compile(r"(?i:bearer) ([A-Za-z0-9._~+/-]+=*)", re.ASCII)


def wiring(request: Request) -> Wiring:
    """Return the parts of the running service."""
    return cast("Wiring", request.app.state.container)


def auth(request: Request) -> AuthCore:
    """Return the use cases."""
    return wiring(request).auth()


def origin(request: Request) -> Origin:
    """Return where the request came from.

    The address is the one the server tells, which looks at forwarding headers only when it trusts who sent them.
    """
    return Origin(
        address=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent"),
        request_id=request_id(request.scope),
    )


class BearerToken(SecurityBase):
    """Reads the access token of a request, and only from its one `Authorization` header: no cookie, no query.

    To the documentation it is the password grant of `/auth/token`, so that one can sign in there.
    """

    def __init__(self) -> None:
        self.scheme_name = "password"
        self.model = OAuth2(
            flows=OAuthFlows(password=OAuthFlowPassword(tokenUrl="auth/token", refreshUrl="auth/token", scopes={})),
            description="Sign in with your e-mail address as the user name. Client id and secret stay empty.",
        )

    async def __call__(self, request: Request) -> VerifiedClaims:
        """Return what the token says.

        Raises: MissingToken, InvalidToken, ExpiredToken, RevokedToken, Unavailable, RequestRefused.
        """
        token = _token_of(request)
        try:
            claims = await auth(request).tokens.verify_access_token(token=token)
        except MalformedToken as error:
            raise InvalidToken from error
        structlog.contextvars.bind_contextvars(session_id=str(claims.session_id))
        return claims


Current = Annotated[VerifiedClaims, Depends(BearerToken())]
"""Who is asking."""


def permitted(permission: str) -> Callable[[VerifiedClaims], Awaitable[None]]:
    """Return a dependency that lets nobody in whose token lacks the permission. Raises: PermissionDenied."""

    async def check(current: Current) -> None:
        if not current.principal.may(permission):
            raise PermissionDenied

    return check


def _token_of(request: Request) -> str:
    if b"access_token=" in request.scope["query_string"]:
        raise RequestRefused(TOKEN_IN_QUERY)
    fields = request.headers.getlist("authorization")
    if len(fields) != 1 or fields[0][:6].lower() != "bearer":
        raise MissingToken
    bearer = _BEARER.fullmatch(fields[0])
    if bearer is None:
        raise InvalidToken
    return bearer[1]
