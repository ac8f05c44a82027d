"""The caller's own account."""

from fastapi import APIRouter, Request, Response

from auth_core.access.errors import LastAdministrator
from auth_core.credentials.passwords.errors import Busy, WrongPassword
from auth_core.errors import Rejected
from auth_core.seen import Seen
from auth_core.throttling.errors import TriedTooOften
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import RevokedToken
from auth_core.users.errors import InvalidLocale, InvalidName, UserNotFound
from auth_core.users.model import Profile
from auth_http.conditional import IfMatch, tagged
from auth_http.dependencies import Current, auth, origin
from auth_http.direct_route import DirectRoute
from auth_http.documented import A_WHILE, SHORTLY, failures
from auth_http.schemas.document import answered
from auth_http.schemas.people import Farewell, NameChange, Names, ProfileAnswer, given_in

direct = APIRouter(tags=["People"], route_class=DirectRoute)
router = APIRouter(tags=["People"])


@direct.get(
    "/auth/me",
    operation_id="read_profile",
    summary="Who am I?",
    response_model=ProfileAnswer,
    response_description="The caller, with the rights they have at this moment.",
    responses=failures(bearer=True, tagged=200),
)
async def read_profile(current: Current, request: Request) -> Response:
    """The caller's account, with roles and permissions as they are now and not as they were at sign-in."""
    try:
        profile = await auth(request).users.look_up(user_id=current.principal.user_id)
    except UserNotFound as error:
        raise RevokedToken from error  # The account was closed since its token was looked at.
    return _answer(profile)


@router.patch(
    "/auth/me",
    operation_id="update_profile",
    summary="Change some of my names, or my language",
    response_model=ProfileAnswer,
    response_description="The account as it is now.",
    responses=failures(
        Rejected(*InvalidName("first_name").faults, *InvalidLocale().faults),
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def update_profile(asked: NameChange, current: Current, seen: IfMatch, request: Request) -> Response:
    """Changes what is given and leaves the rest."""
    return await _rename(current, request, seen, **given_in(asked))


@router.put(
    "/auth/me",
    operation_id="replace_profile",
    summary="Change my names",
    response_model=ProfileAnswer,
    response_description="The account as it is now.",
    responses=failures(
        Rejected(*InvalidName("first_name").faults, *InvalidLocale().faults),
        json=True,
        bearer=True,
        writes=True,
        tagged=200,
        if_match=True,
    ),
)
async def replace_profile(asked: Names, current: Current, seen: IfMatch, request: Request) -> Response:
    """Changes both names."""
    return await _rename(
        current, request, seen, first_name=asked.first_name, last_name=asked.last_name, locale=asked.locale
    )


@router.delete(
    "/auth/me",
    operation_id="leave",
    summary="Delete my account",
    status_code=204,
    response_class=Response,
    response_description="Deleted; every session has ended, this one too.",
    responses=failures(
        WrongPassword(),
        TriedTooOften(A_WHILE),
        LastAdministrator(),
        Busy(SHORTLY),
        json=True,
        bearer=True,
        writes=True,
    ),
)
async def leave(asked: Farewell, current: Current, request: Request) -> None:
    """Deletes the account of whoever proves the password once more. An administrator can restore it for a while.

    After `AUTH_DELETED_USER_DAYS` it is erased. The last active administrator cannot leave.
    """
    try:
        await auth(request).users.leave(
            user_id=current.principal.user_id,
            session_id=current.session_id,
            password=asked.password,
            origin=origin(request),
        )
    except UserNotFound as error:
        raise RevokedToken from error


async def _rename(
    current: VerifiedClaims,
    request: Request,
    seen: Seen,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    locale: str | None = None,
) -> Response:
    try:
        profile = await auth(request).users.update_profile(
            user_id=current.principal.user_id,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            seen=seen,
            origin=origin(request),
        )
    except UserNotFound as error:
        raise RevokedToken from error
    return _answer(profile)


def _answer(profile: Profile) -> Response:
    return tagged(answered(ProfileAnswer.with_rights(profile.user, profile.principal)), profile.user.tag)
