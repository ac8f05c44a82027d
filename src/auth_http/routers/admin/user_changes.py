"""Accounts of other people: made, changed, closed, opened, deleted, restored, and given another password."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from auth_core.access.errors import (
    BeyondYourRights,
    InvalidRoleName,
    LastAdministrator,
    PermissionDenied,
    RoleNotFound,
)
from auth_core.access.permissions import ROLES_ASSIGN, USERS_WRITE
from auth_core.access.requirement import all_of
from auth_core.credentials.passwords.errors import Busy, WeakPassword
from auth_core.errors import Fault, Rejected
from auth_core.ids import UserId
from auth_core.users.errors import EmailTaken, InvalidEmail, InvalidName, UserDeleted, UserNotFound
from auth_core.users.model import User
from auth_http.conditional import IfMatch, tagged
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import SHORTLY, failures
from auth_http.idempotency import Key, once
from auth_http.routers.admin.parameters import UserInPath, no_such
from auth_http.schemas.administration import NewUser, PasswordResetAnswer, PasswordToGive, UserChange, UserContent
from auth_http.schemas.document import answered
from auth_http.schemas.people import UserAnswer

router = APIRouter(tags=["Administration"])

_MAY_WRITE: Final = Depends(permitted(USERS_WRITE))
_MAY_GIVE_ROLES: Final = all_of(ROLES_ASSIGN)
_OF_SOMEBODY: Final = (PermissionDenied(), BeyondYourRights(), UserNotFound(), no_such("user_id"))
_INVALID: Final = Rejected(*InvalidEmail().faults, *InvalidName("first_name").faults)
_WEAK: Final = WeakPassword(Fault("password", "too_short", "Use at least 8 characters."))


@router.post(
    "/admin/users",
    operation_id="create_user",
    summary="Create an account for somebody",
    status_code=201,
    response_model=UserAnswer,
    response_description="The new account.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        PermissionDenied(),
        BeyondYourRights(),
        RoleNotFound(),
        EmailTaken(),
        _INVALID,
        Rejected(*InvalidRoleName().faults),
        _WEAK,
        Busy(SHORTLY),
        json=True,
        bearer=True,
        writes=True,
        tagged=201,
        once=True,
    ),
)
async def create_user(asked: NewUser, current: Current, key: Key, request: Request) -> Response:
    """Creates an account, whether registration is open or not.

    Needs `users:write`; to give `roles`, `roles:assign` too, and every right that they allow.
    """
    if asked.roles:
        _MAY_GIVE_ROLES.demand_of(current.principal)
    user = await auth(request).users.create(
        email=asked.email,
        password=asked.password,
        must_change_password=asked.must_change_password,
        first_name=asked.first_name,
        last_name=asked.last_name,
        roles=asked.roles,
        actor=current.principal.user_id,
        origin=origin(request),
        once=await once(request, key, caller=current.principal.user_id, tell=_created),
    )
    return _created(user)


def _created(user: User) -> Response:
    return _answer(user, status=201)


@router.patch(
    "/admin/users/{user_id}",
    operation_id="update_user",
    summary="Change some of a user",
    response_model=UserAnswer,
    response_description="The user as they are now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        *_OF_SOMEBODY,
        UserDeleted(),
        EmailTaken(),
        _INVALID,
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def update_user(
    user_id: UserInPath, asked: UserChange, current: Current, seen: IfMatch, request: Request
) -> Response:
    """Changes what is given and leaves the rest. A new address is in force at once.

    Needs `users:write`, and every right the user has.
    """
    user = await auth(request).users.update(
        user_id=UserId(UUID(user_id)),
        **asked.model_dump(exclude_unset=True),
        seen=seen,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return _answer(user)


@router.put(
    "/admin/users/{user_id}",
    operation_id="replace_user",
    summary="Change a user",
    response_model=UserAnswer,
    response_description="The user as they are now.",
    dependencies=[_MAY_WRITE],
    responses=failures(
        *_OF_SOMEBODY,
        UserDeleted(),
        EmailTaken(),
        _INVALID,
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def replace_user(
    user_id: UserInPath, asked: UserContent, current: Current, seen: IfMatch, request: Request
) -> Response:
    """Changes names and address. Status, roles and password have routes of their own, and stay as they are.

    Needs `users:write`, and every right the user has.
    """
    user = await auth(request).users.update(
        user_id=UserId(UUID(user_id)),
        first_name=asked.first_name,
        last_name=asked.last_name,
        email=asked.email,
        seen=seen,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return _answer(user)


@router.delete(
    "/admin/users/{user_id}",
    operation_id="delete_user",
    summary="Delete an account",
    status_code=204,
    response_class=Response,
    response_description="Deleted; it can be restored.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, LastAdministrator(), bearer=True, writes=True, if_match=True),
)
async def delete_user(user_id: UserInPath, current: Current, seen: IfMatch, request: Request) -> None:
    """Deletes an account: nothing its owner holds is accepted any more. Address, roles and password are kept with it.

    Needs `users:write`, and every right the user has. The last active administrator stays.
    """
    await auth(request).users.delete(
        user_id=UserId(UUID(user_id)), seen=seen, actor=current.principal.user_id, origin=origin(request)
    )


@router.post(
    "/admin/users/{user_id}/restore",
    operation_id="restore_user",
    summary="Restore a deleted account",
    response_model=UserAnswer,
    response_description="The user as they are now.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, bearer=True, writes=True, tagged=200),
)
async def restore_user(user_id: UserInPath, current: Current, request: Request) -> Response:
    """Gives a deleted account back, as active or disabled as it was. Sessions that ended stay ended.

    Needs `users:write`, and every right the user has.
    """
    return _answer(
        await auth(request).users.restore(
            user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
        )
    )


@router.post(
    "/admin/users/{user_id}/disable",
    operation_id="disable_user",
    summary="Close an account",
    response_model=UserAnswer,
    response_description="The user as they are now.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, UserDeleted(), LastAdministrator(), bearer=True, writes=True, tagged=200),
)
async def disable_user(user_id: UserInPath, current: Current, request: Request) -> Response:
    """Closes an account: its sessions end at once, and nobody can sign in to it.

    Needs `users:write`, and every right the user has. The last active administrator stays one.
    """
    return _answer(
        await auth(request).users.disable(
            user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
        )
    )


@router.post(
    "/admin/users/{user_id}/enable",
    operation_id="enable_user",
    summary="Open an account again",
    response_model=UserAnswer,
    response_description="The user as they are now.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, UserDeleted(), bearer=True, writes=True, tagged=200),
)
async def enable_user(user_id: UserInPath, current: Current, request: Request) -> Response:
    """Opens a disabled account again. Sessions that ended stay ended.

    Needs `users:write`, and every right the user has.
    """
    return _answer(
        await auth(request).users.enable(
            user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
        )
    )


@router.post(
    "/admin/users/{user_id}/password",
    operation_id="reset_password_of_user",
    summary="Give a user another password",
    response_model=PasswordResetAnswer,
    response_description="Reset. A password that was made up is told this once.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, UserDeleted(), _WEAK, Busy(SHORTLY), json=True, bearer=True, writes=True),
)
async def reset_password_of_user(
    user_id: UserInPath, asked: PasswordToGive, current: Current, request: Request
) -> Response:
    """Replaces the password and ends every session. With `must_change` the new one only serves to choose another one.

    Needs `users:write`, and every right the user has.
    """
    reset = await auth(request).users.reset_password(
        user_id=UserId(UUID(user_id)),
        password=asked.password,
        must_change=asked.must_change,
        actor=current.principal.user_id,
        origin=origin(request),
    )
    return answered(PasswordResetAnswer.of(reset))


@router.post(
    "/admin/users/{user_id}/force-password-change",
    operation_id="force_password_change_of_user",
    summary="Have a user choose another password",
    status_code=204,
    response_class=Response,
    response_description="They will be asked at their next log-in.",
    dependencies=[_MAY_WRITE],
    responses=failures(*_OF_SOMEBODY, UserDeleted(), bearer=True, writes=True),
)
async def force_password_change_of_user(user_id: UserInPath, current: Current, request: Request) -> None:
    """Lets the present password be good for one thing at the next log-in: to choose another one. Sessions go on.

    Needs `users:write`, and every right the user has.
    """
    await auth(request).users.force_password_change(
        user_id=UserId(UUID(user_id)), actor=current.principal.user_id, origin=origin(request)
    )


def _answer(user: User, *, status: int = 200) -> Response:
    return tagged(answered(UserAnswer.of(user), status=status), user.tag)
