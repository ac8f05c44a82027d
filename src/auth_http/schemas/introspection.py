"""What services ask about a token, and what they are told."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth_core.oauth.token_kinds import TokenInformation, TokenKind
from auth_core.redacted import Redacted
from auth_http.schemas.document import Answered, Secret, example


def _not_given() -> Redacted[str]:
    return Redacted("")


class TokenOfSomebodyForm(BaseModel):
    """What is asked (RFC 7662 §2.1, RFC 7009 §2.1): optional to the eye, for the endpoints tell in their own way."""

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={
            **example(
                token="eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJpc3MiOi4uLn0.MEUCIQ...",  # noqa: S106 - an example
                token_type_hint="access_token",  # noqa: S106 - the name of a kind
            ),
            "required": ["token"],
        },
    )

    token: Secret = Field(default_factory=_not_given, description="The token somebody showed.")
    token_type_hint: str = Field(default="", description="`access_token` or `refresh_token`.")
    client_id: str = Field(default="", description="Which service asks, unless HTTP Basic says so.")
    client_secret: Secret = Field(default_factory=_not_given, description="What proves it, unless HTTP Basic does.")


class IntrospectionAnswer(Answered):
    """What a token says (RFC 7662 §2.2), with the claims it has by RFC 9068; what it does not say is left out.

    `roles`, `permissions` and `ver` (the security version) are those of the moment at which it was issued. There is no
    `scope`, for there are no scopes.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            active=True,
            token_type="Bearer",  # noqa: S106 - the name of a type
            iss="https://auth.example.com",
            aud="auth-service",
            sub="0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
            client_id="first-party",
            sid="0199a1f4-0d10-7c11-8a52-6f0c6cb5a001",
            jti="0199a1f4-0d10-7c12-9f00-5c1d0e7a4b22",
            iat=1795508100,
            exp=1795509000,
            auth_time=1795508100,
            amr=["pwd"],
            ver=0,
            roles=["user"],
            permissions=["reports:read"],
        )
    )

    active: bool
    token_type: Literal["Bearer"] | None = None
    iss: str | None = None
    aud: str | None = None
    sub: UUID | None = None
    client_id: str | None = None
    sid: UUID | None = None
    jti: str | None = None
    iat: int | None = None
    exp: int | None = None
    auth_time: int | None = None
    amr: tuple[str, ...] | None = None
    ver: int | None = None
    roles: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None

    @classmethod
    def of(cls, told: TokenInformation | None) -> Self:
        """Write what is told of a token; None is one that is not good."""
        if told is None:
            return cls(active=False)
        rights = told.rights
        return cls(
            active=True,
            token_type="Bearer" if told.kind is TokenKind.ACCESS else None,
            iss=told.issuer,
            aud=told.audience,
            sub=told.user_id,
            client_id=told.client_id,
            sid=told.session_id,
            jti=told.token_id,
            iat=int(told.issued_at.timestamp()),
            exp=int(told.expires_at.timestamp()),
            auth_time=int(told.authenticated_at.timestamp()),
            amr=told.methods,
            ver=rights.security_version if rights else None,
            roles=rights.roles if rights else None,
            permissions=rights.permissions if rights else None,
        )
