"""For other services: is this token good, and whose is it?"""

from fastapi import APIRouter, Request, Response

from auth_core.tokens.errors import ExpiredToken, InvalidToken, MalformedToken, RevokedToken
from auth_http.dependencies import auth
from auth_http.direct_route import DirectRoute
from auth_http.documented import failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.tokens import TokenToVerify, VerifiedAnswer

router = APIRouter(tags=["Services"], route_class=DirectRoute)


@router.post(
    "/auth/verify",
    operation_id="verify",
    summary="Verify an access token",
    response_model=VerifiedAnswer,
    response_description="The token is good.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(MalformedToken(), InvalidToken(), ExpiredToken(), RevokedToken(), json=True, reads=True),
)
async def verify(asked: TokenToVerify, request: Request) -> Response:
    """Looks at signature, claims, and whether the session still stands. The code says why a token is not good."""
    claims = await auth(request).tokens.verify_access_token(token=asked.token.reveal())
    return answered(VerifiedAnswer.of(claims))
