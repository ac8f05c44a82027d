"""Who holds which roles."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from auth_core.access.errors import (
    BeyondYourRights,
    InvalidRoleName,
    LastAdministrator,
    PermissionDenied,
    RoleNotFound,
)
from auth_core.access.permissions import ROLES_ASSIGN
from auth_core.errors import Rejected
from auth_core.ids import UserId
from auth_core.users.errors import UserNotFound
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.routers.admin.parameters import NO_USER_ID, UserInPath
from auth_http.schemas.document import answered
from auth_http.schemas.roles import RolesOfUser, RolesToHold

router = APIRouter(tags=["Administration"])


@router.put(
    "/admin/users/{user_id}/roles",
    operation_id="set_roles_of_user",
    summary="Set the roles of a user",
    response_model=RolesOfUser,
    response_description="The roles the user holds now.",
    dependencies=[Depends(permitted(ROLES_ASSIGN))],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        UserNotFound(),
        RoleNotFound(),
        LastAdministrator(),
        NO_USER_ID,
        Rejected(*InvalidRoleName().faults),
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def set_roles_of_user(user_id: UserInPath, asked: RolesToHold, current: Current, request: Request) -> Response:
    """Lets the user hold exactly these roles, in force at once.

    Access tokens they hold are refused, and the next refresh brings one with the new rights.
    Needs `roles:assign`, and every right that the user has or gets. The last active administrator stays one.
    """
    subject = UserId(UUID(user_id))
    held = await auth(request).users.set_roles(
        user_id=subject, roles=asked.roles, actor=current.principal.user_id, origin=origin(request)
    )
    return answered(RolesOfUser.of(subject, held))
