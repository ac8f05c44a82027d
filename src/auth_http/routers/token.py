"""The token endpoint of OAuth 2.0 (RFC 6749 §3.2), for OAuth clients and the documentation's Authorize button."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from auth_core.credentials.passwords.errors import Busy
from auth_core.errors import AuthError
from auth_core.login.errors import InvalidCredentials
from auth_core.sessions.model import TokenPair
from auth_http.dependencies import auth, origin
from auth_http.documented import SHORTLY, oauth_failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.oauth_errors import (
    INVALID_SCOPE,
    NOT_STORED,
    UNSUPPORTED_GRANT_TYPE,
    OAuthProblem,
    invalid_request,
    oauth_answer,
    oauth_problem_of,
)
from auth_http.schemas.oauth import TokenForm
from auth_http.schemas.tokens import TokenPairAnswer

PATH: Final = "/auth/token"

router = APIRouter(tags=["Signing in"])


@router.post(
    PATH,
    operation_id="token",
    summary="Get tokens the OAuth 2.0 way",
    response_model=TokenPairAnswer,
    response_description="The tokens of a session (RFC 6749 §5.1).",
    openapi_extra=OPEN_TO_ALL,
    responses=oauth_failures(
        oauth_problem_of(InvalidCredentials()),
        invalid_request("Missing: username."),
        UNSUPPORTED_GRANT_TYPE,
        INVALID_SCOPE,
        oauth_problem_of(Busy(SHORTLY)),
    ),
)
async def token(form: Annotated[TokenForm, Form()], request: Request) -> Response:
    """The grants `password` (RFC 6749 §4.3) and `refresh_token` (§6).

    The client is not authenticated; its id and secret, and parameters that are not known, are ignored. A parameter
    without a value is one that was not sent.
    """
    refusal = _fault_in(form)
    if refusal is not None:
        return oauth_answer(refusal)
    try:
        pair = await _grant(form, request)
    except AuthError as error:
        return oauth_answer(oauth_problem_of(error), because=error)
    return Response(TokenPairAnswer.of(pair).model_dump_json(), headers=NOT_STORED, media_type="application/json")


def _fault_in(form: TokenForm) -> OAuthProblem | None:
    needed: dict[str, str]
    match form.grant_type:
        case "password":
            needed = {"username": form.username, "password": form.password.reveal()}
        case "refresh_token":
            needed = {"refresh_token": form.refresh_token.reveal()}
        case "":
            needed = {"grant_type": ""}
        case _:
            return UNSUPPORTED_GRANT_TYPE
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return invalid_request(f"Missing: {', '.join(missing)}.")
    return INVALID_SCOPE if form.scope else None


async def _grant(form: TokenForm, request: Request) -> TokenPair:
    if form.grant_type == "refresh_token":
        return await auth(request).sessions.refresh(refresh_token=form.refresh_token, origin=origin(request))
    logged_in = await auth(request).login.log_in(email=form.username, password=form.password, origin=origin(request))
    return logged_in.tokens
