"""Signing in, staying signed in, signing out."""

from fastapi import APIRouter, Request, Response

from auth_core.credentials.passwords.errors import Busy, WeakPassword
from auth_core.errors import Fault, Unavailable
from auth_core.login.errors import InvalidCredentials, PasswordChangeRequired
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.throttling.errors import TriedTooOften
from auth_core.tokens.errors import NoSigningKey
from auth_http.dependencies import Current, auth, origin, wiring
from auth_http.device import HEEDS_DEVICES, device_token, hand_out, told_with
from auth_http.direct_route import DirectRoute
from auth_http.documented import A_WHILE, SHORTLY, failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.schemas.document import answered
from auth_http.schemas.tokens import Credentials, LoginAnswer, RefreshToken, TokenPairAnswer

direct = APIRouter(tags=["Signing in"], route_class=DirectRoute)
router = APIRouter(tags=["Signing in"])


@direct.post(
    "/auth/login",
    operation_id="login",
    summary="Sign in",
    response_model=LoginAnswer,
    response_description="A new session.",
    openapi_extra=HEEDS_DEVICES,
    responses=told_with(200)
    | failures(
        InvalidCredentials(),
        PasswordChangeRequired(),
        WeakPassword(Fault("new_password", "unchanged", "Choose a password other than the current one.")),
        TriedTooOften(A_WHILE),
        Busy(SHORTLY),
        NoSigningKey(Unavailable.SHORTLY),
        json=True,
        writes=True,
    ),
)
async def login(asked: Credentials, request: Request) -> Response:
    """Opens a session. An unknown address, a wrong password and a disabled account get one and the same answer.

    Whoever has as many sessions as they may have loses the one that was not used for longest.
    Whoever has failed too often waits (429), except on devices on which they have signed in before.
    Whoever has to choose another password is told so once the present one is right, and comes in by sending both:
    the new one is in force with the answer, and every session from before has ended.
    """
    settings = wiring(request).settings()
    logged_in = await auth(request).login.log_in(
        email=asked.email,
        password=asked.password,
        new_password=asked.new_password,
        device_name=asked.device_name,
        device_token=device_token(request, settings),
        origin=origin(request),
    )
    return hand_out(answered(LoginAnswer.of_login(logged_in)), logged_in.device_token, to=request, settings=settings)


@direct.post(
    "/auth/refresh",
    operation_id="refresh",
    summary="Trade a refresh token for new tokens",
    response_model=TokenPairAnswer,
    response_description="The next tokens of the session.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(
        InvalidRefreshToken(),
        NoSigningKey(Unavailable.SHORTLY),
        json=True,
        writes=True,
    ),
)
async def refresh(asked: RefreshToken, request: Request) -> Response:
    """Every refresh token is good for one use, and for a short while for a retry of it.

    The retry, whose first answer may have been lost, yields the same next refresh token. Presented later, a used token
    is taken for stolen, and the session ends.
    """
    pair = await auth(request).sessions.refresh(refresh_token=asked.refresh_token, origin=origin(request))
    return answered(TokenPairAnswer.of(pair))


@router.post(
    "/auth/logout",
    operation_id="logout",
    summary="Sign out here",
    status_code=204,
    response_class=Response,
    response_description="Signed out.",
    responses=failures(bearer=True, writes=True),
)
async def logout(current: Current, request: Request) -> None:
    """Ends this session: its access and refresh tokens are refused from now on."""
    await auth(request).sessions.log_out(
        user_id=current.principal.user_id, session_id=current.session_id, origin=origin(request)
    )


@router.post(
    "/auth/logout-others",
    operation_id="logout_others",
    summary="Sign out everywhere else",
    status_code=204,
    response_class=Response,
    response_description="Signed out everywhere else.",
    responses=failures(bearer=True, writes=True),
)
async def logout_others(current: Current, request: Request) -> None:
    """Ends every session of the caller but this one."""
    await auth(request).sessions.log_out_elsewhere(
        user_id=current.principal.user_id, session_id=current.session_id, origin=origin(request)
    )


@router.post(
    "/auth/logout-all",
    operation_id="logout_all",
    summary="Sign out everywhere",
    status_code=204,
    response_class=Response,
    response_description="Signed out everywhere.",
    responses=failures(bearer=True, writes=True),
)
async def logout_all(current: Current, request: Request) -> None:
    """Ends every session of the caller, this one too."""
    await auth(request).sessions.log_out_everywhere(user_id=current.principal.user_id, origin=origin(request))
