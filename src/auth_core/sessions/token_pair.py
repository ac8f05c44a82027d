"""The tokens of a session: its claims, signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_core.access.model import Principal
from auth_core.clock import Clock
from auth_core.ids import Ids, SessionId
from auth_core.redacted import Redacted
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.sessions.model import Session, TokenPair
from auth_core.sessions.refresh_chain import RefreshLink
from auth_core.tokens.claims import time_claim, uuid_claim, write_access_claims
from auth_core.tokens.errors import InvalidToken, MalformedToken
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import TokenSigner

REFRESH_TOKEN_TYPE: Final = "rt+jwt"  # noqa: S105 - the name of a kind, not a token
_LARGEST_GENERATION: Final = (1 << 31) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPairs:
    """Writes the tokens of a session, and reads its refresh tokens.

    A refresh token says nothing but what the session row says, so it is the same text however often it is written:
    whoever retries gets the very same successor.
    """

    access_tokens: TokenSigner
    refresh_tokens: TokenSigner
    ids: Ids
    clock: Clock
    policy: TokenPolicy

    def pair(self, session: Session, principal: Principal, *, now: datetime) -> TokenPair:
        """Return the pair of the link the session stands at.

        `now` was read before the session was looked at: so a token that lives on when the session is ended right after
        has not begun its life after that, however long its writing took. Raises: NoSigningKey.
        """
        claims = write_access_claims(
            principal=principal,
            session_id=session.id,
            token_id=self.ids.token(),
            authenticated_at=session.created_at,
            methods=session.methods,
            now=now,
            session_ends_at=session.valid_until,
            policy=self.policy,
        )
        return TokenPair(
            access_token=self.access_tokens.sign(claims),
            access_lifetime=min(self.policy.access_lifetime, session.valid_until - now),
            refresh_token=self.refresh_tokens.sign(self._refresh_claims(session)),
            refresh_lifetime=max(session.valid_until - now, timedelta(0)),
            session=session,
            principal=principal,
        )

    def read_refresh_token(self, token: Redacted[str]) -> RefreshLink:
        """Return the link a refresh token of ours stands for.

        It costs one signature check and no I/O, whatever is presented. That a link has expired is for its session to
        say: when an old one is presented late while the session lives on, somebody else has been moving it, and that
        must come out. Raises: InvalidRefreshToken.
        """
        try:
            claims = self.refresh_tokens.open(token.reveal())
            link = RefreshLink(session_id=SessionId(uuid_claim(claims, "sid")), generation=_generation(claims))
            time_claim(claims, "exp")
        except (InvalidToken, MalformedToken) as error:
            raise InvalidRefreshToken from error
        if claims.get("iss") != self.policy.issuer or claims.get("aud") != self.policy.issuer:
            raise InvalidRefreshToken
        return link

    def _refresh_claims(self, session: Session) -> dict[str, object]:
        session_id = str(session.id)
        return {
            "iss": self.policy.issuer,
            "aud": self.policy.issuer,
            "sid": session_id,
            "gen": session.generation,
            "jti": f"{session_id}.{session.generation}",
            "iat": int(session.advanced_at.timestamp()),
            "exp": int(session.valid_until.timestamp()),
        }


def _generation(claims: Mapping[str, object]) -> int:
    generation = claims.get("gen")
    if type(generation) is not int or not 0 <= generation <= _LARGEST_GENERATION:
        raise InvalidToken
    return generation
