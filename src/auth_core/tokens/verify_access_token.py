"""Is this token good, and whose is it?"""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.tokens.claims import VerifiedClaims, read_access_claims
from auth_core.tokens.errors import RevokedToken
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import AccessCheck, TokenSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAccessToken:
    """Check an access token: its form and signature first, then its claims, then whether it still stands."""

    signer: TokenSigner
    check: AccessCheck
    clock: Clock
    policy: TokenPolicy

    async def __call__(self, *, token: str) -> VerifiedClaims:
        """Return what the token says. Raises: MalformedToken, InvalidToken, ExpiredToken, RevokedToken."""
        claims = read_access_claims(self.signer.open(token), now=self.clock.now(), policy=self.policy)
        if not await self.check.stands(claims):
            raise RevokedToken
        return claims
