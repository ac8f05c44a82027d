"""What routes take from a request: the use cases, where it came from, and who is asking."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import OAuth2, OAuthFlowPassword, OAuthFlows
from fastapi.security.base import SecurityBase

from auth_core.access.requirement import all_of
from auth_core.guard import identify
from auth_core.origin import Origin
from auth_core.rooms import AuthCore
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import MissingToken
from auth_http.guard.bearer import read_bearer
from auth_http.problems import request_id
from auth_http.wiring import Wiring


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
        token = read_bearer(request.scope)
        if token is None:
            raise MissingToken
        claims = await identify(auth(request).tokens, token)
        structlog.contextvars.bind_contextvars(session_id=str(claims.session_id))
        return claims


Current = Annotated[VerifiedClaims, Depends(BearerToken())]
"""Who is asking."""


def permitted(permission: str) -> Callable[[VerifiedClaims], Awaitable[None]]:
    """Return a dependency that lets nobody in whose token lacks the permission. Raises: PermissionDenied."""
    requirement = all_of(permission)

    async def check(current: Current) -> None:
        requirement.demand_of(current.principal)

    return check
