"""Is this token good, and whose is it?"""

from dataclasses import dataclass, field
from typing import Final

from auth_core.clock import Clock
from auth_core.errors import AuthError
from auth_core.tally import Tally
from auth_core.tokens.claims import VerifiedClaims, read_access_claims
from auth_core.tokens.errors import RevokedToken
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import AccessCheck, TokenOpener
from auth_core.tokens.verified_tokens import VerifiedTokens

ACCEPTED: Final = "accepted"
"""The outcome of a verification that is not the code of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAccessToken:
    """Check an access token: its form and signature first, then its claims, then whether it still stands.

    The first two are remembered until the token expires. Whether it stands is looked at every time.
    """

    signer: TokenOpener
    check: AccessCheck
    clock: Clock
    policy: TokenPolicy
    verified: VerifiedTokens = field(default_factory=lambda: VerifiedTokens(most=0))
    outcomes: Tally = field(default_factory=Tally)

    async def __call__(self, *, token: str) -> VerifiedClaims:
        """Return what the token says.

        Raises: MalformedToken, InvalidToken, ExpiredToken, RevokedToken; Unavailable when nobody can tell whether it
        stands.
        """
        try:
            now = self.clock.now()
            claims = self.verified.find(token, now=now)
            if claims is None:
                claims = read_access_claims(self.signer.open(token), now=now, policy=self.policy)
                self.verified.remember(token, claims)
            if not await self.check.stands(claims):
                raise RevokedToken
        except AuthError as error:
            self.outcomes.note(error.code)
            raise
        self.outcomes.note(ACCEPTED)
        return claims
