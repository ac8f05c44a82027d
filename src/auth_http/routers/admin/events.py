"""What happened?"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from auth_core.access.errors import PermissionDenied
from auth_core.access.permissions import AUDIT_READ
from auth_core.audit.errors import InvalidEventCursor
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.policy import LARGEST_PAGE
from auth_core.audit.recorded import EventFilter
from auth_core.ids import UserId
from auth_http.dependencies import auth, permitted
from auth_http.documented import failures
from auth_http.schemas.document import answered
from auth_http.schemas.events import EventsAnswer

router = APIRouter(tags=["Administration"])

_EXAMPLE_ID: Final = "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"


@router.get(
    "/admin/events",
    operation_id="list_events",
    summary="What happened?",
    response_model=EventsAnswer,
    response_description="A page of the audit trail.",
    dependencies=[Depends(permitted(AUDIT_READ))],
    responses=failures(PermissionDenied(), InvalidEventCursor(), bearer=True, reads=True),
)
async def list_events(
    request: Request,
    *,
    user: Annotated[UUID | None, Query(description="Only what befell this user.", examples=[_EXAMPLE_ID])] = None,
    actor: Annotated[UUID | None, Query(description="Only what this user did.", examples=[_EXAMPLE_ID])] = None,
    kind: Annotated[EventKind | None, Query(description="Only events of this kind.", examples=["login.failed"])] = None,
    outcome: Annotated[Outcome | None, Query(description="Only what ended like this.", examples=["failure"])] = None,
    since: Annotated[
        AwareDatetime | None,
        Query(description="Only what happened then or later.", examples=["2026-11-24T00:00:00Z"]),
    ] = None,
    until: Annotated[
        AwareDatetime | None,
        Query(description="Only what happened before.", examples=["2026-11-25T00:00:00Z"]),
    ] = None,
    cursor: Annotated[
        str | None,
        Query(
            description="The `next_cursor` of the page before, with the same filters.",
            max_length=64,
            examples=["AAZEc4kqwwABmaH0DRF9IJw-WwxstaAB"],
        ),
    ] = None,
    limit: Annotated[int, Query(description="Events on a page.", ge=1, le=LARGEST_PAGE, examples=[50])] = 50,
) -> Response:
    """The audit trail, the newest first, a page at a time. Needs `audit:read`."""
    which = EventFilter(
        subject=None if user is None else UserId(user),
        actor=None if actor is None else UserId(actor),
        kind=kind,
        outcome=outcome,
        since=since,
        until=until,
    )
    return answered(EventsAnswer.of(await auth(request).audit.list(which=which, after=cursor, limit=limit)))
