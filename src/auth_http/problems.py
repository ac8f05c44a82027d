"""What goes wrong, told in HTTP: the one table from kinds of error to problem details (RFC 9457)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from auth_core.access.errors import PermissionDenied
from auth_core.errors import (
    AuthError,
    ChangedMeanwhile,
    Conflict,
    Fault,
    Forbidden,
    NotFound,
    Rejected,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from auth_core.idempotency.errors import InvalidIdempotencyKey
from auth_core.oauth.errors import InvalidClient
from auth_core.tokens.errors import InvalidToken, MalformedToken

MEDIA_TYPE: Final = "application/problem+json"

# The first kind that fits is told; every error of the core is of one of them.
_STATUSES: Final[tuple[tuple[type[AuthError], int], ...]] = (
    (MalformedToken, 400),
    (InvalidIdempotencyKey, 400),
    (Rejected, 422),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (ChangedMeanwhile, 412),
    (Conflict, 409),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that went wrong, as its caller may know it: nothing the caller sent is repeated in it.

    `code` is stable, and its words are the title; `detail` is for people. `errors` name the places of the fault,
    `extra` are further members of the document.
    """

    status: int
    code: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def document(self, request_id: str | None) -> dict[str, object]:
        """Return the members of the problem (RFC 9457 §3.1); its instance is the request it happened to, if known."""
        members: dict[str, object] = {
            "type": f"urn:auth-service:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize().replace("json", "JSON"),
            "status": self.status,
            "detail": self.detail,
        }
        if request_id is not None:
            members["instance"] = f"urn:request:{request_id}"
        members["code"] = self.code
        if self.errors:
            members["errors"] = list(self.errors)
        return members | dict(self.extra)


def problem_of(error: AuthError) -> Problem:
    """Return what may be told of `error`."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    return Problem(
        status=status,
        code=error.code,
        detail=error.detail,
        errors=tuple(_place(fault) for fault in error.faults) if isinstance(error, Rejected) else (),
        headers=headers_of(error),
    )


def headers_of(error: AuthError) -> dict[str, str]:
    """Return the headers that go with `error`: how to authenticate (RFC 6750 §3, RFC 7617), or when to come back."""
    match error:
        case InvalidToken():
            return {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{error.detail}"'}
        case PermissionDenied():
            return {"WWW-Authenticate": f'Bearer error="insufficient_scope", error_description="{error.detail}"'}
        case InvalidClient():
            return {"WWW-Authenticate": 'Basic realm="auth-service", charset="UTF-8"'}
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyAttempts(retry_after=wait) | Unavailable(retry_after=wait):
            return {"Retry-After": _whole_seconds(wait)}
        case _:
            return {}


def answer(problem: Problem, scope: Scope) -> Response:
    """Return the answer that tells `problem`. It is an ASGI application too, for those who stand before the routes."""
    return Response(
        json.dumps(problem.document(request_id(scope))).encode("ascii"),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )


def request_id(scope: Scope) -> str | None:
    """Return the id under which this request is known, if somebody gave it one."""
    state: Mapping[str, object] = scope.get("state", {})
    known = state.get("request_id")
    return known if isinstance(known, str) else None


def pointer(*path: str | int) -> str:
    """Return the place of a member of the request's document: a JSON Pointer as a fragment (RFC 6901 §6)."""
    return "#" + "".join(f"/{step}" for step in path)


def _place(fault: Fault) -> dict[str, str]:
    return {"pointer": pointer(fault.field), "code": fault.code, "detail": fault.detail}


def _whole_seconds(wait: timedelta) -> str:
    return str(max(1, math.ceil(wait.total_seconds())))
