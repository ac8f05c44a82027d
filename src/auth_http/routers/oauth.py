"""What OAuth 2.0 has for services that accept tokens: introspection (RFC 7662) and revocation (RFC 7009)."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from auth_core.access.errors import PermissionDenied
from auth_core.errors import AuthError, Unavailable
from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import ClientCredentials, ClientPermission
from auth_core.oauth.token_kinds import TokenKind
from auth_http.client_credentials import BasicCredentials, asking
from auth_http.dependencies import auth, origin
from auth_http.documented import oauth_failures
from auth_http.oauth_errors import NOT_STORED, OAuthProblem, invalid_request, oauth_answer, oauth_problem_of
from auth_http.schemas.introspection import IntrospectionAnswer, TokenOfSomebodyForm

INTROSPECT: Final = "/oauth/introspect"
REVOKE: Final = "/oauth/revoke"

router = APIRouter(tags=["Services"])

type ToIntrospect = Annotated[ClientCredentials | None, Depends(BasicCredentials(ClientPermission.INTROSPECT))]
type ToRevoke = Annotated[ClientCredentials | None, Depends(BasicCredentials(ClientPermission.REVOKE))]

_MISSING_TOKEN: Final = invalid_request("Missing: token.")
_IN_THE_ADDRESS: Final = invalid_request("Send everything in the body of the request: addresses end up in logs.")
_TWO_WAYS: Final = invalid_request("Show the id and secret of the client in one way: as HTTP Basic, or in the form.")
_FAILURES: Final = oauth_failures(
    _MISSING_TOKEN,
    oauth_problem_of(InvalidClient()),
    oauth_problem_of(PermissionDenied()),
    oauth_problem_of(Unavailable(Unavailable.SHORTLY)),
)


@router.post(
    INTROSPECT,
    operation_id="introspect",
    summary="Is this token good, and what does it say?",
    response_model=IntrospectionAnswer,
    response_description="What the token says, or that it is not active (RFC 7662 §2.2).",
    responses=_FAILURES,
)
async def introspect(form: Annotated[TokenOfSomebodyForm, Form()], shown: ToIntrospect, request: Request) -> Response:
    """Tells a service what a token says; of one that is not good nothing but `"active": false`, whatever is wrong.

    Needs a service client with `tokens:introspect`, by HTTP Basic or with `client_id` and `client_secret` in the form.
    Refresh tokens are spoken of only with `token_type_hint=refresh_token`: they are nothing to call a service with.
    """
    credentials = _fault_or_credentials(form, shown, request)
    if isinstance(credentials, OAuthProblem):
        return oauth_answer(credentials)
    try:
        with asking(credentials):
            told = await auth(request).oauth.introspect(
                credentials=credentials, token=form.token, hint=_hint_in(form), origin=origin(request)
            )
    except AuthError as error:
        return oauth_answer(oauth_problem_of(error), because=error)
    answer = IntrospectionAnswer.of(told)
    return Response(answer.model_dump_json(exclude_none=True), headers=NOT_STORED, media_type="application/json")


@router.post(
    REVOKE,
    operation_id="revoke",
    summary="Revoke a token",
    response_class=Response,
    response_description="The token is not good, or not any more.",
    responses=_FAILURES | {200: {"description": "The token is not good, or not any more.", "content": {}}},
)
async def revoke(form: Annotated[TokenOfSomebodyForm, Form()], shown: ToRevoke, request: Request) -> Response:
    """Ends the session of a token, access or refresh, and all of its tokens with it.

    Needs a service client with `tokens:revoke`, by HTTP Basic or with `client_id` and `client_secret` in the form. A
    token that is not ours, or not good any more, gets the same answer. The hint makes no difference.
    """
    credentials = _fault_or_credentials(form, shown, request)
    if isinstance(credentials, OAuthProblem):
        return oauth_answer(credentials)
    try:
        with asking(credentials):
            await auth(request).oauth.revoke(credentials=credentials, token=form.token, origin=origin(request))
    except AuthError as error:
        return oauth_answer(oauth_problem_of(error), because=error)
    return Response(headers=NOT_STORED)


def _fault_or_credentials(
    form: TokenOfSomebodyForm, shown: ClientCredentials | None, request: Request
) -> ClientCredentials | OAuthProblem:
    """Return who asks, shown in exactly one way (RFC 6749 §2.3), or what is wrong with the request."""
    if request.url.query:
        return _IN_THE_ADDRESS
    in_form = ClientCredentials(client_id=form.client_id, secret=form.client_secret)
    if shown is not None and (in_form.secret.reveal() or in_form.client_id not in ("", shown.client_id)):
        return _TWO_WAYS
    if not form.token.reveal():
        return _MISSING_TOKEN
    return shown or in_form


def _hint_in(form: TokenOfSomebodyForm) -> TokenKind | None:
    """Return the hint if it is one we know; any other is as good as none (RFC 7009 §2.1)."""
    return TokenKind(form.token_type_hint) if form.token_type_hint in set(TokenKind) else None
