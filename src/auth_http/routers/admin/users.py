"""Who has an account? What is asked of people here; what is done to them is elsewhere."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from auth_core.access.errors import InvalidRoleName, PermissionDenied
from auth_core.access.permissions import USERS_READ
from auth_core.errors import Rejected
from auth_core.ids import UserId
from auth_core.users.cursor import LONGEST
from auth_core.users.directory import LARGEST_PAGE, UserSort
from auth_core.users.errors import InvalidSearch, InvalidUserCursor, UserNotFound
from auth_core.users.model import UserStatus
from auth_http.conditional import tagged
from auth_http.dependencies import auth, permitted
from auth_http.documented import failures
from auth_http.routers.admin.parameters import UserInPath, no_such
from auth_http.schemas.directory import ListedUserAnswer, UsersAnswer
from auth_http.schemas.document import answered

router = APIRouter(tags=["Administration"])


@router.get(
    "/admin/users",
    operation_id="list_users",
    summary="Who has an account?",
    response_model=UsersAnswer,
    response_description="A page of users.",
    dependencies=[Depends(permitted(USERS_READ))],
    responses=failures(
        PermissionDenied(),
        InvalidSearch(),
        InvalidUserCursor(),
        Rejected(*InvalidRoleName().faults),
        bearer=True,
        reads=True,
    ),
)
async def list_users(
    request: Request,
    *,
    q: Annotated[
        str | None,
        Query(
            description="How an e-mail address, a first name or a last name begins, in whatever case.",
            max_length=254,
            examples=["hop"],
        ),
    ] = None,
    role: Annotated[
        str | None,
        Query(
            description="Only who holds this role themselves, not by way of another.",
            max_length=63,
            examples=["accountant"],
        ),
    ] = None,
    status: Annotated[UserStatus | None, Query(description="Only users of this status.", examples=["active"])] = None,
    sort: Annotated[
        UserSort,
        Query(description="The order; `-` turns it round. `name` is the last name, then the first.", examples=["name"]),
    ] = UserSort.CREATED_AT,
    cursor: Annotated[
        str | None,
        Query(
            description="The `next_cursor` of the page before, with the same filters and the same order.",
            max_length=LONGEST,
            examples=["kq0mJbhv8BEBmaHzXAB6PpscL20eDEpVAAZEc4kqwwA="],
        ),
    ] = None,
    limit: Annotated[int, Query(description="Users on a page.", ge=1, le=LARGEST_PAGE, examples=[50])] = 50,
) -> Response:
    """Everybody with an account, or those who fit all that is asked for, a page at a time. Needs `users:read`.

    Follow `next_cursor` until it is null: a page may be short, or empty, and yet have one. `total` is exact up to
    10,000 and null beyond; so it is when each filter alone fits more than 10,000.
    """
    page = await auth(request).users.list(q=q, role=role, status=status, sort=sort, after=cursor, limit=limit)
    return answered(UsersAnswer.of(page))


@router.get(
    "/admin/users/{user_id}",
    operation_id="read_user",
    summary="Who is this user?",
    response_model=ListedUserAnswer,
    response_description="The user.",
    dependencies=[Depends(permitted(USERS_READ))],
    responses=failures(PermissionDenied(), UserNotFound(), no_such("user_id"), bearer=True, reads=True, tagged=200),
)
async def read_user(user_id: UserInPath, request: Request) -> Response:
    """One user, of any status, with the roles they hold. Needs `users:read`."""
    listed = await auth(request).users.look_up_listed(user_id=UserId(UUID(user_id)))
    return tagged(answered(ListedUserAnswer.listed(listed)), listed.user.tag)
