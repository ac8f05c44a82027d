"""Making an account."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword
from auth_core.errors import Fault, Rejected
from auth_core.idempotency.model import Unproven
from auth_core.users.errors import EmailTaken, InvalidEmail, InvalidName, RegistrationClosed
from auth_core.users.model import User
from auth_core.verification.errors import NoMail
from auth_http.dependencies import auth, origin
from auth_http.documented import SHORTLY, failures
from auth_http.idempotency import Key, once
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.people import Registration, UserAnswer
from auth_http.schemas.recovery import Accepted

router = APIRouter(tags=["People"])

_ASKED_FOR: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": Accepted, "description": "A mail is on its way, whatever the address."}
}


@router.post(
    "/auth/register",
    operation_id="register",
    summary="Create an account",
    response_model=UserAnswer,
    status_code=201,
    response_description="The new account.",
    openapi_extra=OPEN_TO_ALL,
    responses=_ASKED_FOR
    | failures(
        RegistrationClosed(),
        NoMail(),
        EmailTaken(),
        Rejected(*InvalidEmail().faults, *InvalidName("first_name").faults),
        WeakPassword(Fault("password", "too_short", "Use at least 8 characters.")),
        Busy(SHORTLY),
        json=True,
        writes=True,
        once=True,
    ),
)
async def register(asked: Registration, key: Key, request: Request) -> Response:
    """Creates an account with the role `user`. Everything that is wrong with the input is told at once.

    Two spellings of an address that differ in case alone are one address. Where `AUTH_REGISTRATION` is `verified` the
    answer is 202, one and the same for every address: a mail tells the rest, and nobody signs in before it is answered.
    """
    user = await auth(request).users.register(
        email=asked.email,
        password=asked.password,
        first_name=asked.first_name,
        last_name=asked.last_name,
        origin=origin(request),
        once=await once(request, key, caller=Unproven(asked.email), tell=_told),
    )
    return _told(user)


def _told(user: User | None) -> Response:
    return answered(UserAnswer.of(user), status=201) if user else answered(Accepted(), status=202)
