"""Many users at once."""

import asyncio
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from auth_core.access.errors import PermissionDenied
from auth_core.access.permissions import ROLES_ASSIGN, USERS_WRITE
from auth_core.access.requirement import all_of
from auth_core.guard import identify
from auth_http.bulk.doing import Bulk
from auth_http.bulk.items import BulkAnswer, BulkAsked, ToCreate, ToDo
from auth_http.dependencies import Current, auth, origin, permitted
from auth_http.documented import failures
from auth_http.guard.bearer import read_bearer
from auth_http.schemas.document import answered

router = APIRouter(tags=["Administration"])

PATH: Final = "/admin/users/bulk"
LARGEST_BODY: Final = 256 * 1024
LONGEST: Final = timedelta(seconds=15)
"""After this nothing more is begun: balancers give up on an answer, and a service that stops waits no longer."""

_NEEDED: Final = all_of(USERS_WRITE)
_NEEDED_TO_GIVE_ROLES: Final = all_of(USERS_WRITE, ROLES_ASSIGN)


@router.post(
    PATH,
    operation_id="change_many_users",
    summary="Create and change many users",
    response_model=BulkAnswer,
    response_description="What became of each item.",
    dependencies=[Depends(permitted(USERS_WRITE))],
    responses=failures(PermissionDenied(), json=True, bearer=True, writes=True),
)
async def change_many_users(asked: BulkAsked, current: Current, request: Request) -> Response:
    """Does up to 1,000 items, one after the other, each as the single call does it and whatever became of the others.

    Each is answered with the `status` and `code` of the single call. What has a `status` of 503 was not done, or cannot
    be told: after 15 seconds nothing more is begun, for each password takes its time. Send the request again until
    there is none left: finished items are answered as before, at no cost. Needs `users:write` and what the
    single call needs, still at every item.
    """
    tokens = auth(request).tokens

    async def admit(what: ToDo) -> None:
        # Rights may be taken, and the token may expire, between two items.
        gives_roles = isinstance(what, ToCreate) and what.roles
        needed = _NEEDED_TO_GIVE_ROLES if gives_roles else _NEEDED
        needed.demand_of((await identify(tokens, read_bearer(request.scope))).principal)

    bulk = Bulk(
        users=auth(request).users,
        actor=current.principal.user_id,
        origin=origin(request),
        turns=request.app.state.bulk_turns,
        admit=admit,
    )
    until = asyncio.get_running_loop().time() + LONGEST.total_seconds()
    return answered(BulkAnswer.of([await bulk.do(item, until=until) for item in asked.items]))
