"""Where the caller is signed in."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from auth_core.ids import SessionId
from auth_core.sessions.errors import SessionNotFound
from auth_http.dependencies import Current, auth, origin
from auth_http.documented import failures
from auth_http.request_problems import rejected_for
from auth_http.schemas.document import answered
from auth_http.schemas.sessions import SessionsAnswer

router = APIRouter(tags=["Sessions"])

_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


@router.get(
    "/auth/sessions",
    operation_id="list_sessions",
    summary="Where am I signed in?",
    response_model=SessionsAnswer,
    response_description="The live sessions of the caller.",
    responses=failures(bearer=True),
)
async def list_sessions(current: Current, request: Request) -> Response:
    """Every place where the caller is signed in, the one used last first."""
    sessions = await auth(request).sessions.list(user_id=current.principal.user_id)
    return answered(SessionsAnswer.of(sessions, current=current.session_id))


@router.delete(
    "/auth/sessions/{session_id}",
    operation_id="end_session",
    summary="Sign out somewhere else",
    status_code=204,
    response_class=Response,
    response_description="Ended.",
    responses=failures(
        SessionNotFound(),
        rejected_for(
            {"parameter": "session_id", "code": "invalid_value", "detail": "This value is not acceptable."},
        ),
        bearer=True,
        writes=True,
    ),
)
async def end_session(
    session_id: Annotated[
        str,
        Path(
            description="The `id` of the session, from the list.",
            pattern=_UUID,
            json_schema_extra={"format": "uuid"},
            examples=["0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"],
        ),
    ],
    current: Current,
    request: Request,
) -> None:
    """Ends one session of the caller: a lost phone, a forgotten browser. Another person's session is not found."""
    await auth(request).sessions.revoke(
        user_id=current.principal.user_id, session_id=SessionId(UUID(session_id)), origin=origin(request)
    )
