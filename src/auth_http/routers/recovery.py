"""Proving an address, choosing a forgotten password anew, moving to another address: each begins with a mail."""

from typing import Final

from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.errors import Fault, Rejected
from auth_core.users.errors import EmailTaken, InvalidEmail
from auth_core.verification.errors import NoMail, UnusableToken
from auth_http.dependencies import Current, auth, origin
from auth_http.documented import SHORTLY, failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.recovery import Accepted, AddressOfSomebody, EmailChange, ForgottenPassword, SentToken

router = APIRouter(tags=["People"])

_ON_ITS_WAY: Final = "If there is an account that can use it, a mail is on its way."


@router.post(
    "/auth/email/verify",
    operation_id="verify_email",
    summary="Prove my address",
    status_code=204,
    response_class=Response,
    openapi_extra=OPEN_TO_ALL,
    response_description="The address counts as proven.",
    responses=failures(UnusableToken(), json=True, writes=True),
)
async def verify_email(asked: SentToken, request: Request) -> None:
    """Takes the token of the mail that was sent at registration. Sent again it is answered the same."""
    await auth(request).recovery.verify_email(token=asked.token, origin=origin(request))


@router.post(
    "/auth/email/resend",
    operation_id="resend_verification",
    summary="Send the mail to prove an address once more",
    response_model=Accepted,
    status_code=202,
    response_description=_ON_ITS_WAY,
    openapi_extra=OPEN_TO_ALL,
    responses=failures(NoMail(), InvalidEmail(), json=True, writes=True),
)
async def resend_verification(asked: AddressOfSomebody, request: Request) -> Response:
    """Answers one and the same for every address. The token sent before is good no more once another is on its way."""
    await auth(request).recovery.resend_verification(email=asked.email, origin=origin(request))
    return answered(Accepted(), status=202)


@router.post(
    "/auth/password/forgot",
    operation_id="forgot_password",
    summary="I have forgotten my password",
    response_model=Accepted,
    status_code=202,
    response_description=_ON_ITS_WAY,
    openapi_extra=OPEN_TO_ALL,
    responses=failures(NoMail(), InvalidEmail(), json=True, writes=True),
)
async def forgot_password(asked: AddressOfSomebody, request: Request) -> Response:
    """Answers one and the same for every address, known, unknown, disabled or deleted.

    The mail goes to the address of the account as it is stored. The password stays as it is until another is chosen.
    """
    await auth(request).recovery.request_password_reset(email=asked.email, origin=origin(request))
    return answered(Accepted(), status=202)


@router.post(
    "/auth/password/reset",
    operation_id="reset_forgotten_password",
    summary="Choose a new password",
    status_code=204,
    response_class=Response,
    openapi_extra=OPEN_TO_ALL,
    response_description="Changed; every session has ended, and none was opened.",
    responses=failures(
        UnusableToken(),
        WeakPassword(Fault("new_password", "too_short", "Use at least 8 characters.")),
        Busy(SHORTLY),
        json=True,
        writes=True,
    ),
)
async def reset_forgotten_password(asked: ForgottenPassword, request: Request) -> None:
    """Takes the token of the mail. A password that is not good enough leaves the token as it is."""
    await auth(request).recovery.choose_password(
        token=asked.token, new_password=asked.new_password, origin=origin(request)
    )


@router.post(
    "/auth/email/change",
    operation_id="change_email",
    summary="Change my address",
    response_model=Accepted,
    status_code=202,
    response_description="A mail is on its way to the new address.",
    responses=failures(
        WrongPassword(),
        NoMail(),
        Rejected(Fault("new_email", InvalidEmail.code, InvalidEmail.detail)),
        Busy(SHORTLY),
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def change_email(asked: EmailChange, current: Current, request: Request) -> Response:
    """Takes effect once the new address is proven, by the token that is sent there.

    The answer is the same if the new address has an account: its owner is told.
    """
    await auth(request).recovery.request_email_change(
        user_id=current.principal.user_id,
        new_email=asked.new_email,
        password=asked.password,
        origin=origin(request),
    )
    return answered(Accepted(), status=202)


@router.post(
    "/auth/email/change/confirm",
    operation_id="confirm_email_change",
    summary="Confirm my new address",
    status_code=204,
    response_class=Response,
    openapi_extra=OPEN_TO_ALL,
    response_description="The account has the new address.",
    responses=failures(UnusableToken(), EmailTaken(), json=True, writes=True),
)
async def confirm_email_change(asked: SentToken, request: Request) -> None:
    """Takes the token of the mail to the new address. The old address is told, and can undo it."""
    await auth(request).recovery.confirm_email_change(token=asked.token, origin=origin(request))


@router.post(
    "/auth/email/change/undo",
    operation_id="undo_email_change",
    summary="Take my old address back",
    status_code=204,
    response_class=Response,
    openapi_extra=OPEN_TO_ALL,
    response_description="The account has the old address; every session has ended, and the password is good no more.",
    responses=failures(UnusableToken(), EmailTaken(), Busy(SHORTLY), json=True, writes=True),
)
async def undo_email_change(asked: SentToken, request: Request) -> None:
    """Takes the token of the mail to the old address. Another mail goes there, to choose a new password with."""
    await auth(request).recovery.undo_email_change(token=asked.token, origin=origin(request))
