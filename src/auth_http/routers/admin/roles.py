"""The roles there are, and what they allow."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from auth_core.access.draft import Expected
from auth_core.access.errors import (
    BeyondYourRights,
    InvalidDescription,
    InvalidPermission,
    InvalidRoleName,
    PermissionDenied,
    RoleCycle,
    RoleExists,
    RoleInUse,
    RoleNotFound,
    SystemRole,
    UnknownParent,
)
from auth_core.access.model import Role
from auth_core.access.permissions import ROLES_READ, ROLES_WRITE
from auth_core.access.preview import LARGEST_PAGE
from auth_core.errors import Rejected
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.seen import Seen
from auth_core.tokens.claims import VerifiedClaims
from auth_http.conditional import IfMatch, tagged
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.idempotency import Key, once
from auth_http.routers.admin.parameters import UUID_PATTERN, RoleInPath, no_such
from auth_http.schemas.document import answered
from auth_http.schemas.roles import NewRole, PreviewAnswer, RoleAnswer, RoleContent, RolesAnswer

router = APIRouter(tags=["Administration"])

_INVALID: Final = Rejected(
    *InvalidRoleName().faults, *InvalidDescription().faults, *InvalidPermission().faults, *UnknownParent().faults
)


@router.get(
    "/admin/roles",
    operation_id="list_roles",
    summary="Which roles are there?",
    response_model=RolesAnswer,
    response_description="Every role, by name.",
    dependencies=[Depends(permitted(ROLES_READ))],
    responses=failures(PermissionDenied(), bearer=True, reads=True),
)
async def list_roles(request: Request) -> Response:
    """Every role with what it allows and inherits. Needs `roles:read`."""
    return answered(RolesAnswer.of(await auth(request).access.list_roles()))


@router.post(
    "/admin/roles",
    operation_id="create_role",
    summary="Make a role",
    status_code=201,
    response_model=RoleAnswer,
    response_description="The new role.",
    dependencies=[Depends(permitted(ROLES_WRITE))],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        RoleExists(),
        RoleCycle(),
        _INVALID,
        json=True,
        bearer=True,
        writes=True,
        tagged=201,
        once=True,
    ),
)
async def create_role(asked: NewRole, current: Current, key: Key, request: Request) -> Response:
    """Makes a role that nobody holds yet. Needs `roles:write`, and every right that the role allows."""
    repeatable = await once(request, key, caller=current.principal.user_id, tell=_created)
    return _created(await _define(asked.name, asked, Expected.ABSENT, current, request, repeatable=repeatable))


@router.get(
    "/admin/roles/{role}",
    operation_id="read_role",
    summary="What does a role allow?",
    response_model=RoleAnswer,
    response_description="The role.",
    dependencies=[Depends(permitted(ROLES_READ))],
    responses=failures(PermissionDenied(), RoleNotFound(), no_such("role"), bearer=True, reads=True, tagged=200),
)
async def read_role(role: RoleInPath, request: Request) -> Response:
    """One role with what it allows and inherits. Needs `roles:read`."""
    return _answer(await auth(request).access.look_up_role(name=role))


@router.put(
    "/admin/roles/{role}",
    operation_id="replace_role",
    summary="Change a role",
    response_model=RoleAnswer,
    response_description="The role as it is now.",
    dependencies=[Depends(permitted(ROLES_WRITE))],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        SystemRole(),
        RoleNotFound(),
        RoleCycle(),
        no_such("role"),
        _INVALID,
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def replace_role(
    role: RoleInPath, asked: RoleContent, current: Current, seen: IfMatch, request: Request
) -> Response:
    """Lets the role allow and inherit exactly this, in force at once for everybody who holds it or a role below it.

    Their access tokens are refused, and the next refresh brings one with the new rights.
    Needs `roles:write`, and every right that the role allows before and after.
    """
    return _answer(await _define(role, asked, Expected.PRESENT, current, request, seen=seen))


@router.delete(
    "/admin/roles/{role}",
    operation_id="delete_role",
    summary="Delete a role",
    status_code=204,
    response_class=Response,
    response_description="Deleted.",
    dependencies=[Depends(permitted(ROLES_WRITE))],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        SystemRole(),
        RoleNotFound(),
        RoleInUse(),
        no_such("role"),
        bearer=True,
        writes=True,
        if_match=True,
    ),
)
async def delete_role(role: RoleInPath, current: Current, seen: IfMatch, request: Request) -> None:
    """Deletes a role that nobody holds and none inherits from. Needs `roles:write`, and every right it allows."""
    await auth(request).access.delete_role(
        name=role, seen=seen, actor=current.principal.user_id, origin=origin(request)
    )


@router.post(
    "/admin/roles/{role}/preview",
    operation_id="preview_role",
    summary="What would a change of a role do?",
    response_model=PreviewAnswer,
    response_description="Who would gain and who would lose what.",
    dependencies=[Depends(permitted(ROLES_READ))],
    responses=failures(
        PermissionDenied(), SystemRole(), RoleCycle(), no_such("role"), _INVALID, json=True, bearer=True, reads=True
    ),
)
async def preview_role(
    role: RoleInPath,
    asked: RoleContent,
    request: Request,
    cursor: Annotated[
        str | None,
        Query(
            description="The `next_cursor` of the last answer.",
            pattern=UUID_PATTERN,
            examples=["0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"],
        ),
    ] = None,
    limit: Annotated[int, Query(description="How many users at most.", ge=1, le=LARGEST_PAGE, examples=[50])] = 50,
) -> Response:
    """Tells what saving this would do, and saves nothing: the numbers are exact, the users come in pages.

    Needs `roles:read`.
    """
    preview = await auth(request).access.preview_role(
        name=role,
        permissions=asked.permissions,
        parents=asked.parents,
        after=None if cursor is None else UserId(UUID(cursor)),
        limit=limit,
    )
    return answered(PreviewAnswer.of(preview))


def _created(role: Role) -> Response:
    return _answer(role, status=201)


async def _define(
    name: str,
    asked: RoleContent,
    expected: Expected,
    current: VerifiedClaims,
    request: Request,
    *,
    seen: Seen = None,
    repeatable: Once[Role] | None = None,
) -> Role:
    return await auth(request).access.define_role(
        name=name,
        description=asked.description,
        permissions=asked.permissions,
        parents=asked.parents,
        expected=expected,
        seen=seen,
        actor=current.principal.user_id,
        origin=origin(request),
        once=repeatable,
    )


def _answer(role: Role, *, status: int = 200) -> Response:
    return tagged(answered(RoleAnswer.of(role), status=status), role.tag)
