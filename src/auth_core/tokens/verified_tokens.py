"""The access tokens this process has verified before: their signature need not be checked twice."""

from datetime import datetime

from auth_core.tokens.claims import VerifiedClaims


class VerifiedTokens:
    """Remembers what tokens say whose form, signature and claims were found good.

    Whether a token was revoked is not remembered here and has to be looked at each time. A token is found by its exact
    text, and only while it lasts. There are never more than `most`: the newer half pushes out the older one, and who is
    asked for moves to the newer half. `most` of 0 remembers nothing.
    """

    def __init__(self, *, most: int) -> None:
        self._half = most // 2
        self._newer: dict[str, VerifiedClaims] = {}
        self._older: dict[str, VerifiedClaims] = {}

    def __len__(self) -> int:
        """Return how many tokens are remembered."""
        return len(self._newer) + len(self._older)

    def find(self, token: str, *, now: datetime) -> VerifiedClaims | None:
        """Return what the token says; None when it has to be verified, for the first time or because time has moved."""
        claims = self._newer.get(token)
        if claims is None:
            claims = self._older.pop(token, None)
            if claims is None:
                return None
            self.remember(token, claims)
        # Outside these bounds the policy decides, which is for whoever verifies.
        if claims.issued_at <= now < claims.expires_at:
            return claims
        del self._newer[token]
        return None

    def remember(self, token: str, claims: VerifiedClaims) -> None:
        """Keep what a token says that has just been verified."""
        if not self._half:
            return
        if len(self._newer) >= self._half:
            self._newer, self._older = {}, self._newer
        self._newer[token] = claims

    def forget_all(self) -> None:
        """Verify every token again: a key that was trusted is not trusted any more."""
        self._newer, self._older = {}, {}
