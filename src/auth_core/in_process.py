"""The use cases by the tokens people hold, where the core runs in this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from auth_core.access.model import Principal
from auth_core.client import Account, IssuedTokens, OwnSession, SignedIn
from auth_core.ids import SessionId
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.rooms import AuthCore
from auth_core.sessions.model import Session, TokenPair
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken, MalformedToken, RevokedToken
from auth_core.users.errors import UserNotFound
from auth_core.users.model import User


@dataclass(frozen=True, slots=True)
class AuthInProcess:
    """An `AuthClient` over the core: says whose the token is, and calls the use case."""

    auth: AuthCore

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says."""
        return await self.auth.tokens.verify_access_token(token=token)

    async def register(
        self, *, email: str, password: Redacted[str], first_name: str, last_name: str, origin: Origin
    ) -> User | None:
        """Create an account, or ask for one."""
        return await self.auth.users.register(
            email=email, password=password, first_name=first_name, last_name=last_name, origin=origin
        )

    async def log_in(
        self, *, email: str, password: Redacted[str], new_password: Redacted[str] | None = None, origin: Origin
    ) -> SignedIn:
        """Open a session."""
        logged_in = await self.auth.login.log_in(
            email=email, password=password, new_password=new_password, origin=origin
        )
        return SignedIn(account=_account(logged_in.user, logged_in.tokens.principal), tokens=_issued(logged_in.tokens))

    async def refresh(self, *, refresh_token: Redacted[str], origin: Origin) -> IssuedTokens:
        """Trade a refresh token for the next tokens of its session."""
        return _issued(await self.auth.sessions.refresh(refresh_token=refresh_token, origin=origin))

    async def profile(self, *, access_token: Redacted[str]) -> Account:
        """Return the caller, with the rights they have at this moment."""
        caller = await self._caller(access_token)
        try:
            profile = await self.auth.users.look_up(user_id=caller.principal.user_id)
        except UserNotFound as error:
            raise RevokedToken from error  # The account was closed since its token was looked at.
        return _account(profile.user, profile.principal)

    async def update_profile(
        self,
        *,
        access_token: Redacted[str],
        first_name: str | None = None,
        last_name: str | None = None,
        origin: Origin,
    ) -> Account:
        """Change the names that are given."""
        caller = await self._caller(access_token)
        try:
            profile = await self.auth.users.update_profile(
                user_id=caller.principal.user_id, first_name=first_name, last_name=last_name, origin=origin
            )
        except UserNotFound as error:
            raise RevokedToken from error
        return _account(profile.user, profile.principal)

    async def change_password(
        self,
        *,
        access_token: Redacted[str],
        current_password: Redacted[str],
        new_password: Redacted[str],
        origin: Origin,
    ) -> None:
        """Change the caller's password and end their other sessions."""
        caller = await self._caller(access_token)
        await self.auth.passwords.change_password(
            user_id=caller.principal.user_id,
            session_id=caller.session_id,
            current_password=current_password,
            new_password=new_password,
            origin=origin,
        )

    async def leave(self, *, access_token: Redacted[str], password: Redacted[str], origin: Origin) -> None:
        """Delete the caller's account and end every session."""
        caller = await self._caller(access_token)
        try:
            await self.auth.users.leave(
                user_id=caller.principal.user_id, session_id=caller.session_id, password=password, origin=origin
            )
        except UserNotFound as error:
            raise RevokedToken from error

    async def sessions(self, *, access_token: Redacted[str]) -> Sequence[OwnSession]:
        """Return where the caller is signed in."""
        caller = await self._caller(access_token)
        sessions = await self.auth.sessions.list(user_id=caller.principal.user_id)
        return [_own(session, current=caller.session_id) for session in sessions]

    async def end_session(self, *, access_token: Redacted[str], session_id: SessionId, origin: Origin) -> None:
        """End one session of the caller."""
        caller = await self._caller(access_token)
        await self.auth.sessions.revoke(user_id=caller.principal.user_id, session_id=session_id, origin=origin)

    async def log_out(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End the session the access token belongs to."""
        caller = await self._caller(access_token)
        await self.auth.sessions.log_out(user_id=caller.principal.user_id, session_id=caller.session_id, origin=origin)

    async def log_out_everywhere(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End every session of the caller."""
        caller = await self._caller(access_token)
        await self.auth.sessions.log_out_everywhere(user_id=caller.principal.user_id, origin=origin)

    async def _caller(self, access_token: Redacted[str]) -> VerifiedClaims:
        try:
            return await self.auth.tokens.verify_access_token(token=access_token.reveal())
        except MalformedToken as error:
            raise InvalidToken from error


def _account(user: User, principal: Principal) -> Account:
    return Account(user=user, roles=principal.roles, permissions=principal.permissions)


def _issued(pair: TokenPair) -> IssuedTokens:
    return IssuedTokens(
        access_token=pair.access_token,
        access_lifetime=_whole_seconds(pair.access_lifetime),
        refresh_token=pair.refresh_token,
        refresh_lifetime=_whole_seconds(pair.refresh_lifetime),
    )


def _whole_seconds(lifetime: timedelta) -> timedelta:
    return timedelta(seconds=round(lifetime.total_seconds()))


def _own(session: Session, *, current: SessionId) -> OwnSession:
    return OwnSession(
        id=session.id,
        current=session.id == current,
        created_at=session.created_at,
        last_used_at=session.advanced_at,
        expires_at=session.valid_until,
        device=session.device,
        address=session.origin.address,
        user_agent=session.origin.user_agent,
    )
