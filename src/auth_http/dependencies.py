"""What routes take from a request: the use cases, where it came from, and who is asking."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, cast

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import OAuth2, OAuthFlowPassword, OAuthFlows
from fastapi.security.base import SecurityBase

from auth_core.access.requirement import Requirement, all_of
from auth_core.guard import identify
from auth_core.origin import Origin
from auth_core.rooms import AuthCore
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import MissingToken
from auth_http.guard.bearer import read_bearer
from auth_http.header_fields import values_of
from auth_http.needs import Caller, Needs
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
    scope = request.scope
    client, user_agents = scope.get("client"), values_of(scope, b"user-agent")
    return Origin(
        address=client[0] if client else None,
        user_agent=user_agents[0].decode("latin-1") if user_agents else None,
        request_id=request_id(scope),
    )


class BearerToken(SecurityBase):
    """Reads the access token of a request, and only from its one `Authorization` header: no cookie, no query.

    To the documentation it is the password grant of `/auth/token`, so that one can sign in there.
    """

    needs: ClassVar = Needs(callers=frozenset({Caller.PERSON}))

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


@dataclass(frozen=True, slots=True)
class Permitted:
    """Lets in who holds what is needed."""

    requirement: Requirement
    needs: Needs

    async def __call__(self, current: Current) -> None:
        """Let the caller pass. Raises: PermissionDenied."""
        self.requirement.demand_of(current.principal)


def permitted(*permissions: str) -> Permitted:
    """Return a dependency that lets nobody in whose token lacks one of the permissions."""
    return Permitted(
        all_of(*permissions),
        Needs(callers=frozenset({Caller.PERSON}), permissions=frozenset(permissions)),
    )
