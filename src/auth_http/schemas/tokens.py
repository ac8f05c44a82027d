"""Tokens, as they are asked for and answered."""

from datetime import datetime
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.login.model import LoggedIn
from auth_core.sessions.model import TokenPair
from auth_core.tokens.claims import VerifiedClaims
from auth_http.schemas.document import Answered, Asked, Secret, example
from auth_http.schemas.people import EXAMPLE_PROFILE, ProfileAnswer

_EXAMPLE_ACCESS_TOKEN: Final = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJpc3MiOi4uLn0.MEUCIQ..."  # noqa: S105 - an example
_EXAMPLE_REFRESH_TOKEN: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzaWQiOi4uLn0.q83vEj..."  # noqa: S105 - an example
_EXAMPLE_PAIR: Final[JsonDict] = {
    "access_token": _EXAMPLE_ACCESS_TOKEN,
    "refresh_token": _EXAMPLE_REFRESH_TOKEN,
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_expires_in": 604800,
}


class Credentials(Asked):
    """What a person signs in with, and what they call the device, if they like: it is cut to 64 characters.

    `new_password` takes the place of `password`, for whoever has to choose another one or wants to.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            email="grace@example.com",
            password="correct horse battery staple",  # noqa: S106 - an example
            device_name="Grace's laptop",
        )
    )

    email: str
    password: Secret
    device_name: str | None = None
    new_password: Secret | None = None


class RefreshToken(Asked):
    """The refresh token of the last answer."""

    model_config = ConfigDict(json_schema_extra=example(refresh_token=_EXAMPLE_REFRESH_TOKEN))

    refresh_token: Secret


class TokenToVerify(Asked):
    """An access token somebody presented."""

    model_config = ConfigDict(json_schema_extra=example(token=_EXAMPLE_ACCESS_TOKEN))

    token: Secret


class TokenPairAnswer(Answered):
    """The tokens of a session (RFC 6749 §5.1). Lifetimes are seconds from now."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE_PAIR))

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a type
    expires_in: int
    refresh_expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        """Write `pair`."""
        return cls(
            access_token=pair.access_token.reveal(),
            refresh_token=pair.refresh_token.reveal(),
            expires_in=round(pair.access_lifetime.total_seconds()),
            refresh_expires_in=round(pair.refresh_lifetime.total_seconds()),
        )


class LoginAnswer(TokenPairAnswer):
    """The tokens of a new session, and whose it is."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE_PAIR, user=EXAMPLE_PROFILE))

    user: ProfileAnswer

    @classmethod
    def of_login(cls, logged_in: LoggedIn) -> Self:
        """Write what somebody gets who signed in."""
        pair = logged_in.tokens
        return cls(
            access_token=pair.access_token.reveal(),
            refresh_token=pair.refresh_token.reveal(),
            expires_in=round(pair.access_lifetime.total_seconds()),
            refresh_expires_in=round(pair.refresh_lifetime.total_seconds()),
            user=ProfileAnswer.with_rights(logged_in.user, pair.principal),
        )


class VerifiedAnswer(Answered):
    """Whose token it is, what they may do, and what else it says (RFC 9068 §2.2)."""

    model_config = ConfigDict(
        json_schema_extra=example(
            valid=True,
            user_id="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
            session_id="0199a1f4-0d10-7c11-8a52-6f0c6cb5a001",
            roles=["user"],
            permissions=["reports:read"],
            expires_at="2026-11-24T08:30:00Z",
            issued_at="2026-11-24T08:15:00Z",
            authenticated_at="2026-11-24T08:15:00Z",
            methods=["pwd"],
            token_id="0199a1f4-0d11-7f3b-9d20-5b8e4c2a7f10",  # noqa: S106 - an example
            client_id="first-party",
            security_version=0,
            roles_version=0,
        )
    )

    valid: Literal[True] = True
    user_id: UUID
    session_id: UUID
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    expires_at: datetime
    issued_at: datetime
    authenticated_at: datetime
    methods: tuple[str, ...]
    token_id: UUID
    client_id: str
    security_version: int
    roles_version: int

    @classmethod
    def of(cls, claims: VerifiedClaims) -> Self:
        """Write `claims`."""
        return cls(
            user_id=claims.principal.user_id,
            session_id=claims.session_id,
            roles=claims.principal.roles,
            permissions=claims.principal.permissions,
            expires_at=claims.expires_at,
            issued_at=claims.issued_at,
            authenticated_at=claims.authenticated_at,
            methods=claims.methods,
            token_id=claims.token_id,
            client_id=claims.client_id,
            security_version=claims.principal.security_version,
            roles_version=claims.principal.roles_version,
        )
