"""What went wrong elsewhere, raised here: the one table from the codes of problem documents (RFC 9457) to errors.

The service tells every error of the core by its code. What concerns the request itself no use case has seen: it can
only be that something on the way, or a release that does not fit, spoils requests, so nothing was done.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_adapters.answers import Unreadable, document_in, items, members, text
from auth_core.access.errors import LastAdministrator, PermissionDenied
from auth_core.credentials.passwords.errors import Busy, WeakPassword, WrongPassword
from auth_core.errors import AuthError, ChangedMeanwhile, Fault, OutcomeUnknown, Rejected, Unavailable
from auth_core.idempotency.errors import IdempotencyKeyReused, InvalidIdempotencyKey
from auth_core.login.errors import InvalidCredentials, PasswordChangeRequired
from auth_core.revocation.errors import RevocationsUnknown
from auth_core.sessions.errors import InvalidRefreshToken, SessionNotFound
from auth_core.tokens.errors import (
    ExpiredToken,
    InvalidToken,
    KeysUnknown,
    MalformedToken,
    MissingToken,
    NoSigningKey,
    RevokedToken,
)
from auth_core.users.errors import EmailTaken, RegistrationClosed, UserNotFound
from auth_core.verification.errors import NoMail, UnusableToken

_log: Final = logging.getLogger(__name__)
_LONGEST_WAIT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told."""

    code: str
    faults: tuple[Fault, ...]
    retry_after: timedelta


type Make = Callable[[Told], AuthError]


def _plain(error: Callable[[], AuthError]) -> Make:
    return lambda _told: error()


def _with_faults(error: Callable[..., AuthError]) -> Make:
    return lambda told: error(*told.faults)


def _later(error: Callable[[timedelta], AuthError]) -> Make:
    return lambda told: error(told.retry_after)


def _spoilt(told: Told) -> AuthError:
    """Return what it means that the request was not one: something between here and there is not as it should be."""
    _log.error("request_spoilt", extra={"code": told.code})
    return Unavailable(told.retry_after)


ERRORS: Final[Mapping[str, Make]] = {
    ChangedMeanwhile.code: _plain(ChangedMeanwhile),
    EmailTaken.code: _plain(EmailTaken),
    ExpiredToken.code: _plain(ExpiredToken),
    IdempotencyKeyReused.code: _plain(IdempotencyKeyReused),
    InvalidCredentials.code: _plain(InvalidCredentials),
    InvalidIdempotencyKey.code: _plain(InvalidIdempotencyKey),
    InvalidRefreshToken.code: _plain(InvalidRefreshToken),
    InvalidToken.code: _plain(InvalidToken),
    LastAdministrator.code: _plain(LastAdministrator),
    MalformedToken.code: _plain(MalformedToken),
    MissingToken.code: _plain(MissingToken),
    PasswordChangeRequired.code: _plain(PasswordChangeRequired),
    PermissionDenied.code: _plain(PermissionDenied),
    RegistrationClosed.code: _plain(RegistrationClosed),
    RevokedToken.code: _plain(RevokedToken),
    SessionNotFound.code: _plain(SessionNotFound),
    UnusableToken.code: _plain(UnusableToken),
    UserNotFound.code: _plain(UserNotFound),
    WrongPassword.code: _plain(WrongPassword),
    Rejected.code: _with_faults(Rejected),
    WeakPassword.code: _with_faults(WeakPassword),
    Busy.code: _later(Busy),
    KeysUnknown.code: _later(KeysUnknown),
    NoMail.code: _plain(NoMail),
    NoSigningKey.code: _later(NoSigningKey),
    OutcomeUnknown.code: _later(OutcomeUnknown),
    RevocationsUnknown.code: _later(RevocationsUnknown),
    Unavailable.code: _later(Unavailable),
    # The request itself. More than 64 KiB are too much of anything we send.
    "body_too_large": _with_faults(Rejected),
    "headers_too_large": _plain(InvalidToken),
    "token_too_large": _plain(InvalidToken),
    "ambiguous_header": _spoilt,
    "bad_header": _spoilt,
    "bad_host": _spoilt,
    "bad_request": _spoilt,
    "body_too_slow": _spoilt,
    "malformed_json": _spoilt,
    "method_not_allowed": _spoilt,
    "nested_too_deeply": _spoilt,
    "not_found": _spoilt,
    "token_in_query": _spoilt,
    "unsupported_media_type": _spoilt,
}


def failure_of(*, status: int, body: bytes, retry_after: str | None, writes: bool) -> AuthError:
    """Return what an answer means that is not a good one; `writes` says whether something was to be changed.

    What cannot be read, is not known, or is a failure of the service without a name leaves open whether it was done,
    unless the service itself refused the request.
    """
    wait = _wait(retry_after)
    refused = False
    try:
        problem = members(document_in(body), "code")
        refused = 400 <= status < 500
        code = text(problem["code"])
        if code in ERRORS:
            return ERRORS[code](Told(code=code, faults=_faults_in(problem), retry_after=wait))
    except Unreadable:
        pass
    _log.warning("answer_not_understood", extra={"status": status})
    return unknown(writes=writes and not refused, retry_after=wait)


def unknown(*, writes: bool, retry_after: timedelta = Unavailable.SHORTLY) -> Unavailable:
    """Return what is raised when there is no answer that says more."""
    return OutcomeUnknown(retry_after) if writes else Unavailable(retry_after)


def _faults_in(problem: Mapping[str, object]) -> tuple[Fault, ...]:
    return tuple(_fault_in(each) for each in items(problem.get("errors", [])))


def _fault_in(document: object) -> Fault:
    fault = members(document, "code", "detail")
    place = text(fault.get("pointer", fault.get("parameter", "")))
    return Fault(place.removeprefix("#/").removeprefix("#"), text(fault["code"]), text(fault["detail"]))


def _wait(retry_after: str | None) -> timedelta:
    """Read `Retry-After` in seconds (RFC 9110 §10.2.3); whoever tells a date has to be asked again shortly."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit() or len(retry_after) > 6:
        return Unavailable.SHORTLY
    return min(timedelta(seconds=int(retry_after)), _LONGEST_WAIT)
