"""For other services: which tokens do not count any more?"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from auth_core.access.errors import PermissionDenied
from auth_core.access.permissions import REVOCATIONS_READ
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.policy import LONGEST_WAIT
from auth_core.revocation.ports import Cursor
from auth_http.dependencies import auth, permitted
from auth_http.documented import failures
from auth_http.schemas.document import answered
from auth_http.schemas.revocations import RevocationsAnswer

router = APIRouter(tags=["Services"])


@router.get(
    "/auth/revocations",
    operation_id="read_revocations",
    summary="What was revoked?",
    response_model=RevocationsAnswer,
    response_description="What has come into force since.",
    dependencies=[Depends(permitted(REVOCATIONS_READ))],
    responses=failures(PermissionDenied(), InvalidCursor(), bearer=True, reads=True),
)
async def read_revocations(
    request: Request,
    after: Annotated[
        str | None,
        Query(
            description="The `cursor` of the last answer. Without it the answer is everything that is in force.",
            pattern=r"^[!-~]{1,200}$",
            examples=["1795507512000000.2.83"],
        ),
    ] = None,
    wait: Annotated[
        float,
        Query(
            description="Seconds to wait for something new when there is nothing.",
            ge=0,
            le=LONGEST_WAIT.total_seconds(),
            allow_inf_nan=False,
            examples=[2],
        ),
    ] = 0,
) -> Response:
    """Tells what makes an access token worthless before it expires, as soon as it happens. Needs `revocations:read`."""
    batch = await auth(request).revocation.read(
        after=None if after is None else Cursor(after), wait=timedelta(seconds=wait)
    )
    return answered(RevocationsAnswer.of(batch))
