"""Is this token good, and what does it say (RFC 7662)?"""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.errors import Rejected, Unauthenticated
from auth_core.oauth.authentication import ClientAuthentication
from auth_core.oauth.model import ClientCredentials, ClientPermission
from auth_core.oauth.token_kinds import TokenInformation, TokenKind
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.sessions.ports import RefreshTx
from auth_core.sessions.token_pair import TokenPairs
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import TokenVerifier
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspect:
    """Tell a service what a token says that somebody showed it.

    An access token that was seen before costs the look at the client and no other; looking changes nothing.
    """

    authenticate: ClientAuthentication
    tokens: TokenVerifier
    token_pairs: TokenPairs
    uow: UnitOfWork[RefreshTx]
    clock: Clock
    policy: TokenPolicy

    async def __call__(
        self, *, credentials: ClientCredentials, token: Redacted[str], hint: TokenKind | None = None, origin: Origin
    ) -> TokenInformation | None:
        """Return what the token says; None for one that is not good, whatever is wrong with it.

        A refresh token is spoken of only with those who say that it is one: a service that takes whatever is active for
        a proof of who is calling must not take a refresh token for that. Without the hint it is a token the client may
        not ask about (RFC 7662 §2.2).

        Raises: InvalidClient, PermissionDenied; Unavailable when nobody can tell whether the token stands.
        """
        await self.authenticate(credentials, needs=ClientPermission.INTROSPECT, origin=origin)
        told = await self._refresh_token(token) if hint is TokenKind.REFRESH else None
        return told or await self._access_token(token)

    async def _access_token(self, token: Redacted[str]) -> TokenInformation | None:
        try:
            claims = await self.tokens.verify_access_token(token=token.reveal())
        except (Unauthenticated, Rejected):
            return None
        return TokenInformation.of_access_token(claims, self.policy)

    async def _refresh_token(self, token: Redacted[str]) -> TokenInformation | None:
        try:
            link = self.token_pairs.read_refresh_token(token)
        except InvalidRefreshToken:
            return None
        async with self.uow() as tx:
            # Under the lock: what is being refreshed or ended at this moment is told of as it is afterwards.
            session = await tx.sessions.lock(link.session_id)
            principal = await tx.principals.find(session.user_id) if session else None
        if session is None or principal is None or not session.is_live(self.clock.now()):
            return None
        if link.generation != session.generation:
            return None
        return TokenInformation.of_refresh_token(session, self.policy)
