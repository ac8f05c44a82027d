"""The kinds of tokens a client may speak of, and what it is told of one that is good."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from auth_core.access.model import Principal
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import Session
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.policy import TokenPolicy


class TokenKind(StrEnum):
    """What `token_type_hint` may say (RFC 7009 §2.1)."""

    ACCESS = "access_token"
    REFRESH = "refresh_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInformation:
    """What is told of a token that is good (RFC 7662 §2.2), with the rights it carries; a refresh token has none."""

    kind: TokenKind
    issuer: str
    audience: str
    client_id: str
    user_id: UserId
    session_id: SessionId
    token_id: str
    issued_at: datetime
    expires_at: datetime
    authenticated_at: datetime
    methods: tuple[str, ...]
    rights: Principal | None = None

    @classmethod
    def of_access_token(cls, claims: VerifiedClaims, policy: TokenPolicy) -> Self:
        """Tell what a verified access token says."""
        return cls(
            kind=TokenKind.ACCESS,
            issuer=policy.issuer,
            audience=policy.audience,
            client_id=claims.client_id,
            user_id=claims.principal.user_id,
            session_id=claims.session_id,
            token_id=str(claims.token_id),
            issued_at=claims.issued_at,
            expires_at=claims.expires_at,
            authenticated_at=claims.authenticated_at,
            methods=claims.methods,
            rights=claims.principal,
        )

    @classmethod
    def of_refresh_token(cls, session: Session, policy: TokenPolicy) -> Self:
        """Tell what the refresh token says at which the session stands; it is for the issuer alone."""
        return cls(
            kind=TokenKind.REFRESH,
            issuer=policy.issuer,
            audience=policy.issuer,
            client_id=policy.client_id,
            user_id=session.user_id,
            session_id=session.id,
            token_id=f"{session.id}.{session.generation}",
            issued_at=session.advanced_at,
            expires_at=session.valid_until,
            authenticated_at=session.created_at,
            methods=session.methods,
        )
