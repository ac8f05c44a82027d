"""For other services: which tokens do not count any more?"""

from datetime import timedelta
from typing import Annotated, ClassVar, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from auth_core.access.errors import PermissionDenied
from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import ClientPermission
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.policy import LONGEST_WAIT
from auth_core.revocation.ports import Cursor
from auth_core.throttling.errors import TriedTooOften
from auth_http.client_credentials import BasicCredentials, asking
from auth_http.dependencies import BearerToken, auth, origin
from auth_http.documented import A_WHILE, failures
from auth_http.needs import Caller, Needs
from auth_http.request_problems import rejected_for
from auth_http.schemas.document import answered
from auth_http.schemas.revocations import RevocationsAnswer

router = APIRouter(tags=["Services"])

_bearer: Final = BearerToken()
_basic: Final = BasicCredentials(ClientPermission.FOLLOW)
_NO_WAIT: Final = rejected_for(
    {"parameter": "wait", "code": "invalid_value", "detail": "This value is not acceptable."}
)


class MayFollow:
    """Lets in a service client, or a person, who has the permission."""

    needs: ClassVar = Needs(
        callers=frozenset({Caller.PERSON, Caller.CLIENT}), permissions=frozenset({ClientPermission.FOLLOW.value})
    )

    async def __call__(self, request: Request) -> None:
        """Let the caller pass. Raises: InvalidClient, what reading an access token raises, PermissionDenied."""
        credentials = await _basic(request)
        if credentials is not None:
            needed = ClientPermission.FOLLOW
            with asking(credentials):
                await auth(request).oauth.authenticate(credentials, needs=needed, origin=origin(request))
        elif not (await _bearer(request)).principal.may(ClientPermission.FOLLOW):
            raise PermissionDenied


@router.get(
    "/auth/revocations",
    operation_id="read_revocations",
    summary="What was revoked?",
    response_model=RevocationsAnswer,
    response_description="What has come into force since.",
    dependencies=[Depends(MayFollow())],
    openapi_extra={"security": [{_basic.scheme_name: []}, {_bearer.scheme_name: []}]},
    responses=failures(
        PermissionDenied(),
        InvalidCursor(),
        InvalidClient(),
        TriedTooOften(A_WHILE),
        _NO_WAIT,
        bearer=True,
        reads=True,
    ),
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
    """Tells what makes an access token worthless before it expires, as soon as it happens.

    Needs `revocations:read`, of a service client by HTTP Basic or of a person by their access token.
    """
    batch = await auth(request).revocation.read(
        after=None if after is None else Cursor(after), wait=timedelta(seconds=wait)
    )
    return answered(RevocationsAnswer.of(batch))
