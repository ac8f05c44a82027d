"""What users may do: the roles they hold, and why they may do something."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from auth_core.access.errors import (
    BeyondYourRights,
    InvalidPermission,
    InvalidRoleName,
    LastAdministrator,
    PermissionDenied,
    RoleNotFound,
)
from auth_core.access.model import Assignment
from auth_core.access.permissions import ROLES_ASSIGN, ROLES_READ
from auth_core.errors import Rejected
from auth_core.ids import UserId
from auth_core.users.errors import UserNotFound
from auth_core.users.role_changes import tag_of_roles
from auth_http.conditional import IfMatch, tagged
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.routers.admin.parameters import PermissionInPath, UserInPath, no_such
from auth_http.schemas.document import answered
from auth_http.schemas.rights import ExplanationAnswer, RolesOfUser, RolesToHold

router = APIRouter(tags=["Administration"])


@router.get(
    "/admin/users/{user_id}/roles",
    operation_id="read_roles_of_user",
    summary="Which roles does a user hold?",
    response_model=RolesOfUser,
    response_description="The roles, by name.",
    dependencies=[Depends(permitted(ROLES_READ))],
    responses=failures(PermissionDenied(), UserNotFound(), no_such("user_id"), bearer=True, reads=True, tagged=200),
)
async def read_roles_of_user(user_id: UserInPath, request: Request) -> Response:
    """The roles of a user of any status: since when, and who gave them. Needs `roles:read`."""
    subject = UserId(UUID(user_id))
    return _answer(subject, await auth(request).users.list_roles(user_id=subject))


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
        no_such("user_id"),
        Rejected(*InvalidRoleName().faults),
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def set_roles_of_user(
    user_id: UserInPath, asked: RolesToHold, current: Current, seen: IfMatch, request: Request
) -> Response:
    """Lets the user hold exactly these roles, in force at once.

    Access tokens they hold are refused, and the next refresh brings one with the new rights.
    Needs `roles:assign`, and every right that the user has or gets. The last active administrator stays one.
    """
    subject = UserId(UUID(user_id))
    held = await auth(request).users.set_roles(
        user_id=subject, roles=asked.roles, seen=seen, actor=current.principal.user_id, origin=origin(request)
    )
    return _answer(subject, held)


@router.get(
    "/admin/users/{user_id}/permissions/{permission}",
    operation_id="explain_permission",
    summary="Why may a user do this, or why not?",
    response_model=ExplanationAnswer,
    response_description="The path through roles, or what is missing.",
    dependencies=[Depends(permitted(ROLES_READ))],
    responses=failures(
        PermissionDenied(),
        UserNotFound(),
        no_such("user_id"),
        Rejected(*InvalidPermission().faults),
        bearer=True,
        reads=True,
    ),
)
async def explain_permission(user_id: UserInPath, permission: PermissionInPath, request: Request) -> Response:
    """Names the path from a role the user holds to the one that has the permission, or the roles that would give it.

    Needs `roles:read`.
    """
    explanation = await auth(request).users.explain_permission(user_id=UserId(UUID(user_id)), permission=permission)
    return answered(ExplanationAnswer.of(explanation))


def _answer(subject: UserId, held: Sequence[Assignment]) -> Response:
    return tagged(answered(RolesOfUser.of(subject, held)), tag_of_roles(each.role for each in held))
