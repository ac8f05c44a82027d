"""A token is not to be good any more (RFC 7009)."""

from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.errors import Rejected, Unauthenticated
from auth_core.ids import SessionId
from auth_core.oauth.authentication import ClientAuthentication
from auth_core.oauth.model import ClientCredentials, ClientPermission
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.sessions.ports import SessionsTx
from auth_core.sessions.token_pair import TokenPairs
from auth_core.tokens.ports import TokenVerifier
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """End the session of a token that a service holds: all of its tokens are refused from then on.

    Whoever holds an access token that is good, or any refresh token we have issued for the session, may end it: no
    token of ours belongs to one client. Doing it twice is doing it once.
    """

    authenticate: ClientAuthentication
    tokens: TokenVerifier
    token_pairs: TokenPairs
    uow: UnitOfWork[SessionsTx]
    end_session: SessionEnd
    clock: Clock

    async def __call__(self, *, credentials: ClientCredentials, token: Redacted[str], origin: Origin) -> None:
        """Revoke the token. One that is not good, or not ours, is as good as revoked (RFC 7009 §2.2).

        Raises: InvalidClient, PermissionDenied; Unavailable, OutcomeUnknown, after which it may be asked again.
        """
        client = await self.authenticate(credentials, needs=ClientPermission.REVOKE, origin=origin)
        session_id = self._of_refresh_token(token) or await self._of_access_token(token)
        if session_id is None:
            return
        async with self.uow() as tx:
            session = await tx.sessions.lock(session_id)
            if session is not None:
                await self.end_session(
                    tx,
                    session_id,
                    of=session.user_id,
                    because=Reason.REVOKED_BY_CLIENT,
                    actor=None,
                    origin=origin,
                    now=self.clock.now(),
                    client_id=str(client.id),
                )

    def _of_refresh_token(self, token: Redacted[str]) -> SessionId | None:
        try:
            return self.token_pairs.read_refresh_token(token).session_id
        except InvalidRefreshToken:
            return None

    async def _of_access_token(self, token: Redacted[str]) -> SessionId | None:
        try:
            return (await self.tokens.verify_access_token(token=token.reveal())).session_id
        except (Unauthenticated, Rejected):
            return None
