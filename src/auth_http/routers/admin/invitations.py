"""Invitations that were not accepted yet: sent again, and taken back. `POST /admin/users` makes them."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from auth_core.access.errors import BeyondYourRights, PermissionDenied
from auth_core.access.permissions import USERS_WRITE
from auth_core.ids import UserId
from auth_core.users.errors import InvitationsClosed, NotInvited, UserDeleted, UserNotFound
from auth_core.users.model import User
from auth_core.verification.errors import NoMail
from auth_http.conditional import tagged
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.idempotency import Key, once
from auth_http.routers.admin.parameters import UserInPath, no_such
from auth_http.schemas.document import answered
from auth_http.schemas.people import UserAnswer

router = APIRouter(tags=["Administration"])

_MAY_WRITE: Final = Depends(permitted(USERS_WRITE))
_OF_SOMEBODY: Final = (PermissionDenied(), BeyondYourRights(), UserNotFound(), no_such("user_id"), UserDeleted())


@router.post(
    "/admin/users/{user_id}/invitation",
    operation_id="send_invitation_again",
    summary="Send an invitation again",
    response_model=UserAnswer,
    response_description="The user as they are invited now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        *_OF_SOMEBODY, NotInvited(), InvitationsClosed(), NoMail(), bearer=True, writes=True, tagged=200, once=True
    ),
)
async def send_invitation_again(user_id: UserInPath, current: Current, key: Key, request: Request) -> Response:
    """Sends another mail to whoever has not accepted, good for as long as the first; the link before it is dead.

    Needs `users:write`, and every right the user is to have.
    """
    user = await auth(request).users.invite_again(
        user_id=UserId(UUID(user_id)),
        actor=current.principal.user_id,
        origin=origin(request),
        once=await once(request, key, caller=current.principal.user_id, tell=_sent),
    )
    return _sent(user)


def _sent(user: User) -> Response:
    return tagged(answered(UserAnswer.of(user)), user.tag)


@router.delete(
    "/admin/users/{user_id}/invitation",
    operation_id="withdraw_invitation",
    summary="Withdraw an invitation",
    status_code=204,
    response_class=Response,
    response_description="Withdrawn: the account that waited is gone, and its address is free.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, NotInvited(), bearer=True, writes=True),
)
async def withdraw_invitation(user_id: UserInPath, current: Current, request: Request) -> None:
    """Takes an invitation back that was not accepted. The link is dead, and the mail is not sent if it still waits.

    Needs `users:write`, and every right the user was to have.
    """
    await auth(request).users.withdraw_invitation(
        user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
    )
