"""What an access token says (RFC 9068 §2.2), and the strict reading of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeGuard, cast
from uuid import UUID

from auth_core.access.model import Permission, Principal, RoleName
from auth_core.ids import SessionId, UserId
from auth_core.tokens.errors import ExpiredToken, InvalidToken
from auth_core.tokens.policy import TokenPolicy

ACCESS_TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - the name of a kind (RFC 9068 §2.1), not a token
_LATEST: Final = 1 << 40
"""Seconds; some 35,000 years. Anything larger is no time that a clock of ours has told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedClaims:
    """What an access token says, once its signature and its times have been checked.

    `token_id` is its `jti`, `authenticated_at` its `auth_time`, `methods` its `amr` (RFC 8176).
    """

    principal: Principal
    session_id: SessionId
    token_id: UUID
    client_id: str
    issued_at: datetime
    expires_at: datetime
    authenticated_at: datetime
    methods: tuple[str, ...]


def write_access_claims(
    *,
    principal: Principal,
    session_id: SessionId,
    token_id: UUID,
    authenticated_at: datetime,
    methods: tuple[str, ...],
    now: datetime,
    session_ends_at: datetime,
    policy: TokenPolicy,
) -> dict[str, object]:
    """Return the payload of a new access token, which outlives its session by less than a second, if at all."""
    issued_at = int(now.timestamp())
    # Counted from the whole second: a lifetime with a fraction must not come out longer than the policy lets it be.
    expires_at = int(min(now.replace(microsecond=0) + policy.access_lifetime, session_ends_at).timestamp())
    return {
        "iss": policy.issuer,
        "aud": policy.audience,
        "sub": str(principal.user_id),
        "client_id": policy.client_id,
        "sid": str(session_id),
        "jti": str(token_id),
        "iat": issued_at,
        "exp": max(expires_at, issued_at + 1),
        "auth_time": int(authenticated_at.timestamp()),
        "amr": list(methods),
        "ver": principal.security_version,
        "rver": principal.roles_version,
        "roles": list(principal.roles),
        "permissions": list(principal.permissions),
    }


def read_access_claims(payload: Mapping[str, object], *, now: datetime, policy: TokenPolicy) -> VerifiedClaims:
    """Read the payload of an access token whose signature is good.

    Everything is checked, though only we can have signed it: another service may hold a key of ours, and a store that
    was tampered with may have been signed from. Raises: ExpiredToken, InvalidToken.
    """
    if payload.get("iss") != policy.issuer or payload.get("aud") != policy.audience:
        raise InvalidToken
    issued_at, expires_at = time_claim(payload, "iat"), time_claim(payload, "exp")
    lifetime = expires_at - issued_at
    if issued_at > now + policy.clock_skew or not timedelta(0) < lifetime <= policy.access_lifetime:
        raise InvalidToken
    if "nbf" in payload and time_claim(payload, "nbf") > now + policy.clock_skew:
        raise InvalidToken
    if expires_at <= now:
        raise ExpiredToken
    # The release before wrote no version of the roles; whatever has changed about a role since is later than that.
    roles_version = _version(payload["rver"]) if "rver" in payload else 0
    return VerifiedClaims(
        principal=Principal(
            user_id=UserId(uuid_claim(payload, "sub")),
            security_version=_version(payload.get("ver")),
            roles=tuple(RoleName(each) for each in _texts(payload, "roles")),
            permissions=tuple(Permission(each) for each in _texts(payload, "permissions")),
            roles_version=roles_version,
        ),
        session_id=SessionId(uuid_claim(payload, "sid")),
        token_id=uuid_claim(payload, "jti"),
        client_id=_text(payload, "client_id"),
        issued_at=issued_at,
        expires_at=expires_at,
        authenticated_at=time_claim(payload, "auth_time"),
        methods=_texts(payload, "amr"),
    )


def time_claim(payload: Mapping[str, object], claim: str) -> datetime:
    """Read whole seconds since 1970 (`NumericDate` without fractions). Raises: InvalidToken."""
    seconds = payload.get(claim)
    if type(seconds) is not int or not 0 < seconds < _LATEST:
        raise InvalidToken
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidToken from error


def uuid_claim(payload: Mapping[str, object], claim: str) -> UUID:
    """Read a UUID in its one canonical spelling. Raises: InvalidToken."""
    text = _text(payload, claim)
    try:
        value = UUID(text)
    except ValueError as error:
        raise InvalidToken from error
    if str(value) != text:
        raise InvalidToken
    return value


def _version(value: object) -> int:
    if type(value) is not int or not 0 <= value < _LATEST:
        raise InvalidToken
    return value


def _text(payload: Mapping[str, object], claim: str) -> str:
    text = payload.get(claim)
    if not _is_text(text):
        raise InvalidToken
    return text


def _texts(payload: Mapping[str, object], claim: str) -> tuple[str, ...]:
    listed = payload.get(claim)
    if not isinstance(listed, list):
        raise InvalidToken
    members = cast("list[object]", listed)
    texts = tuple(each for each in members if _is_text(each))
    if len(texts) != len(members):
        raise InvalidToken
    return texts


def _is_text(value: object) -> TypeGuard[str]:
    """Whether this is text that can be stored and shown: NUL and lone surrogates break whoever gets them next."""
    return isinstance(value, str) and value != "" and value.isprintable()
