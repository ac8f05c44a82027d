"""Making the first administrator."""

import structlog
from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword
from auth_core.errors import Fault, Rejected
from auth_core.users.errors import EmailTaken, InvalidEmail, InvalidName, SetUpRefused
from auth_core.users.model import User
from auth_http.dependencies import auth, origin
from auth_http.documented import SHORTLY, failures
from auth_http.idempotency import Key, once
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.people import FirstAdministrator, UserAnswer

router = APIRouter(tags=["Operators"])

_log = structlog.get_logger("auth_http.set_up")


@router.post(
    "/setup/administrator",
    operation_id="set_up_administrator",
    summary="Make the first administrator",
    response_model=UserAnswer,
    status_code=201,
    response_description="The administrator.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(
        SetUpRefused(),
        EmailTaken(),
        Rejected(*InvalidEmail().faults, *InvalidName("first_name").faults),
        WeakPassword(Fault("password", "too_short", "Use at least 8 characters.")),
        Busy(SHORTLY),
        json=True,
        writes=True,
        once=True,
    ),
)
async def set_up_administrator(asked: FirstAdministrator, key: Key, request: Request) -> Response:
    """Creates an administrator for whoever has `AUTH_SETUP_SECRET`, once, and only while there is none.

    Everything else is refused alike: a wrong secret, none in the settings, an administrator who is there already, and a
    set-up that has been, whatever became of it.
    """
    try:
        administrator = await auth(request).users.set_up(
            secret=asked.secret,
            email=asked.email,
            password=asked.password,
            first_name=asked.first_name,
            last_name=asked.last_name,
            origin=origin(request),
            # Whoever gets past the secret is the operator, and it is a part of the request.
            once=await once(request, key, caller=None, tell=_created),
        )
    except SetUpRefused:
        _log.warning("set_up_refused")
        raise
    return _created(administrator)


def _created(administrator: User) -> Response:
    return answered(UserAnswer.of(administrator), status=201)
