"""What is held on the caller."""

from fastapi import APIRouter, Request, Response

from auth_core.tokens.errors import RevokedToken
from auth_core.users.errors import UserNotFound
from auth_http.dependencies import Current, auth
from auth_http.documented import failures
from auth_http.schemas.document import answered
from auth_http.schemas.own_data import OwnDataAnswer

router = APIRouter(tags=["People"])


@router.get(
    "/auth/me/export",
    operation_id="export_own_data",
    summary="What is held on me?",
    response_model=OwnDataAnswer,
    response_description="Everything, as a file to keep.",
    responses=failures(bearer=True),
)
async def export_own_data(current: Current, request: Request) -> Response:
    """Profile, rights, sessions, what may be told of the password, and the events that befell the caller."""
    try:
        data = await auth(request).sessions.export_own(user_id=current.principal.user_id)
    except UserNotFound as error:
        raise RevokedToken from error
    answer = answered(OwnDataAnswer.of(data, current=current.session_id))
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer
