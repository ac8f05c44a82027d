"""A guard before a whole application, for whatever speaks ASGI: nobody gets past who is not signed in."""

from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from auth_core.access.requirement import Requirement, all_of
from auth_core.errors import AuthError
from auth_core.guard import identify
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import MissingToken
from auth_core.tokens.ports import TokenVerifier
from auth_http.guard.bearer import read_bearer
from auth_http.guard.websockets import POLICY_VIOLATION, can_be_answered
from auth_http.problems import Problem, answer
from auth_http.request_problems import RequestRefused, problem_told

_KEY: Final = "auth_http.claims"
"""Of the scope and not of its `state`: that begins as what all requests share."""


def claims_in(scope: Scope) -> VerifiedClaims:
    """Return what the token of this request says, as `AsgiGuard` has found it.

    Raises: MissingToken where it let the request pass without looking, at a public path or because it is not there.
    """
    claims = scope.get(_KEY)
    if not isinstance(claims, VerifiedClaims):
        raise MissingToken
    return claims


class AsgiGuard:
    """Lets requests and WebSockets through to `app` that carry a good access token, and hands on what it says.

    `public` are the paths that are open to everybody, whole ones, with the prefix of a mount. They are compared to the
    letter with the path that routes will see: whatever differs in a slash, a case or an escape is protected. Neither
    methods nor headers play a part, so what overrides them does not either. `needs` is what everybody must be permitted
    who passes elsewhere.

    Raises: ValueError for a public path that no request can have, InvalidPermission.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        verifier: TokenVerifier,
        public: Iterable[str] = (),
        needs: str | Requirement | None = None,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._public = frozenset(map(_path, [public] if isinstance(public, str) else public))
        self._needs = None if needs is None else all_of(needs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer that it may not pass: as a problem document (RFC 9457), or with a close."""
        match scope["type"]:
            case "lifespan":
                await self._app(scope, receive, send)
            case "http" | "websocket":
                await self._judge(scope, receive, send)
            case other:
                raise ValueError(f"a guard cannot judge {other!r}")

    async def _judge(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in self._public:
            try:
                scope[_KEY] = await self._admit(scope)
            except (AuthError, RequestRefused) as error:
                await _refuse(problem_told(error), scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> VerifiedClaims:
        claims = await identify(self._verifier, read_bearer(scope))
        if self._needs is not None:
            self._needs.demand_of(claims.principal)
        return claims


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if can_be_answered(scope):
        await answer(problem, scope)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": problem.code})


def _path(text: str) -> str:
    if not text.startswith("/") or "?" in text:
        raise ValueError(f"{text!r} is not the path of a request")
    return text
