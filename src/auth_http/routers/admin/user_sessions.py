"""Where other people are signed in."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from auth_core.access.errors import BeyondYourRights, PermissionDenied
from auth_core.access.permissions import SESSIONS_READ, SESSIONS_REVOKE
from auth_core.ids import SessionId, UserId
from auth_core.sessions.errors import SessionNotFound
from auth_core.users.errors import UserNotFound
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.routers.admin.parameters import UUID_PATTERN, UserInPath, no_such
from auth_http.schemas.administration import SessionsOfUser
from auth_http.schemas.document import answered

router = APIRouter(tags=["Administration"])

_MAY_REVOKE: Final = Depends(permitted(SESSIONS_REVOKE))

type SessionInPath = Annotated[
    str,
    Path(
        description="The `id` of the session, from the list.",
        pattern=UUID_PATTERN,
        json_schema_extra={"format": "uuid"},
        examples=["0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"],
    ),
]


@router.get(
    "/admin/users/{user_id}/sessions",
    operation_id="list_sessions_of_user",
    summary="Where is a user signed in?",
    response_model=SessionsOfUser,
    response_description="Their live sessions.",
    dependencies=[Depends(permitted(SESSIONS_READ))],
    responses=failures(PermissionDenied(), UserNotFound(), no_such("user_id"), bearer=True, reads=True),
)
async def list_sessions_of_user(user_id: UserInPath, current: Current, request: Request) -> Response:
    """Every place where the user is signed in, the one used last first. Needs `sessions:read`."""
    subject = UserId(UUID(user_id))
    sessions = await auth(request).sessions.list_of_user(user_id=subject)
    return answered(SessionsOfUser.of(subject, sessions, current=current.session_id))


@router.delete(
    "/admin/users/{user_id}/sessions",
    operation_id="end_sessions_of_user",
    summary="Sign a user out everywhere",
    status_code=204,
    response_class=Response,
    response_description="Signed out everywhere.",
    dependencies=[_MAY_REVOKE],
    responses=failures(
        PermissionDenied(), BeyondYourRights(), UserNotFound(), no_such("user_id"), bearer=True, writes=True
    ),
)
async def end_sessions_of_user(user_id: UserInPath, current: Current, request: Request) -> None:
    """Ends every session of the user: no token they hold is accepted any more.

    Needs `sessions:revoke`, and every right the user has.
    """
    await auth(request).sessions.end_all_of_user(
        user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
    )


@router.delete(
    "/admin/users/{user_id}/sessions/{session_id}",
    operation_id="end_session_of_user",
    summary="Sign a user out somewhere",
    status_code=204,
    response_class=Response,
    response_description="Ended.",
    dependencies=[_MAY_REVOKE],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        UserNotFound(),
        SessionNotFound(),
        no_such("user_id"),
        bearer=True,
        writes=True,
    ),
)
async def end_session_of_user(
    user_id: UserInPath, session_id: SessionInPath, current: Current, request: Request
) -> None:
    """Ends one session of the user; one of somebody else is not found.

    Needs `sessions:revoke`, and every right the user has.
    """
    await auth(request).sessions.end_of_user(
        user_id=UserId(UUID(user_id)),
        session_id=SessionId(UUID(session_id)),
        actor=current.principal.user_id,
        origin=origin(request),
    )
