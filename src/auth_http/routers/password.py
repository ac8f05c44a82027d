"""The caller's password."""

from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.errors import Fault
from auth_core.throttling.errors import TriedTooOften
from auth_http.dependencies import Current, auth, origin
from auth_http.documented import A_WHILE, SHORTLY, failures
from auth_http.schemas.passwords import PasswordChange

router = APIRouter(tags=["People"])


@router.post(
    "/auth/change-password",
    operation_id="change_password",
    summary="Change my password",
    status_code=204,
    response_class=Response,
    response_description="Changed; this session goes on, every other one has ended.",
    responses=failures(
        WrongPassword(),
        TriedTooOften(A_WHILE),
        WeakPassword(Fault("new_password", "too_short", "Use at least 8 characters.")),
        Busy(SHORTLY),
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def change_password(asked: PasswordChange, current: Current, request: Request) -> None:
    """Trades the current password for a new one and ends every other session: whoever knew the old one is out."""
    await auth(request).passwords.change_password(
        user_id=current.principal.user_id,
        session_id=current.session_id,
        current_password=asked.current_password,
        new_password=asked.new_password,
        origin=origin(request),
    )
