"""Accepting an invitation: open to all, because the token is all that whoever was invited has."""

from typing import Final

from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword
from auth_core.errors import Fault, Rejected
from auth_core.throttling.errors import TriedTooOften
from auth_core.users.errors import InvalidLocale, InvalidName, RegistrationClosed
from auth_core.verification.errors import UnusableToken
from auth_http.dependencies import auth, origin
from auth_http.documented import A_WHILE, SHORTLY, failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.invitations import InvitationSeen, InvitationToAccept
from auth_http.schemas.people import UserAnswer
from auth_http.schemas.recovery import SentToken

router = APIRouter(tags=["People"])

_INVALID: Final = Rejected(*InvalidName("first_name").faults, *InvalidLocale().faults)


@router.post(
    "/auth/invitation",
    operation_id="read_invitation",
    summary="What am I invited to?",
    response_model=InvitationSeen,
    response_description="What the invitation says.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(RegistrationClosed(), UnusableToken(), TriedTooOften(A_WHILE), json=True, reads=True),
)
async def read_invitation(asked: SentToken, request: Request) -> Response:
    """Tells whoever holds the token of an invitation what it says, and leaves it as good as it was.

    It is a POST because the token must not be in an address.
    """
    seen = await auth(request).recovery.look_at_invitation(token=asked.token, origin=origin(request))
    return answered(InvitationSeen.of(seen))


@router.post(
    "/auth/invitation/accept",
    operation_id="accept_invitation",
    summary="Accept an invitation",
    response_model=UserAnswer,
    response_description="The account, in use from now on; nobody was signed in.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(
        RegistrationClosed(),
        UnusableToken(),
        TriedTooOften(A_WHILE),
        _INVALID,
        WeakPassword(Fault("password", "too_short", "Use at least 8 characters.")),
        Busy(SHORTLY),
        json=True,
        writes=True,
    ),
)
async def accept_invitation(asked: InvitationToAccept, request: Request) -> Response:
    """Takes the token of the mail, and the password to sign in with. The address counts as proven.

    A token is refused alike when it was used, is too old, was replaced or withdrawn, and when it is none at all. Input
    that is not acceptable leaves the token as it is.
    """
    user = await auth(request).recovery.accept_invitation(
        token=asked.token,
        password=asked.password,
        first_name=asked.first_name,
        last_name=asked.last_name,
        locale=asked.locale,
        origin=origin(request),
    )
    return answered(UserAnswer.of(user))
