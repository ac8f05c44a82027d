"""What a service needs that lets people in: the use cases by the tokens people hold, whatever the wiring.

Where the core runs in the same process they are called; where it runs elsewhere it is asked. Both take the same
inputs, return the same values and raise the same errors, so a service chooses in its composition root and nowhere else.
Values say what both can tell in full: nothing of a session but what its holder is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from auth_core.access.model import Permission, RoleName
from auth_core.ids import SessionId
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.tokens.ports import TokenVerifier
from auth_core.users.model import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with an account, and what they may do at this moment."""

    user: User
    roles: tuple[RoleName, ...]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTokens:
    """What the holder of a session is given (RFC 6749 §5.1). Lifetimes are whole seconds from the moment of issue."""

    access_token: Redacted[str]
    access_lifetime: timedelta
    refresh_token: Redacted[str]
    refresh_lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody signed in: who they are, and the tokens of their new session."""

    account: Account
    tokens: IssuedTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One place where the caller is signed in; `current` is the one they ask from.

    It ends at `expires_at` unless it is refreshed or ended before.
    """

    id: SessionId
    current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    device: str
    address: str | None
    user_agent: str | None


class AuthClient(TokenVerifier, Protocol):
    """Accounts and sessions, for a service that holds what people send it.

    Whatever takes an access token raises what `verify_access_token` raises, except that what is no token at all is an
    InvalidToken too. Everything raises Unavailable when it cannot be done now, and what changes something raises
    OutcomeUnknown when nobody can tell whether it was done: call again with the same input.
    """

    async def register(
        self, *, email: str, password: Redacted[str], first_name: str, last_name: str, origin: Origin
    ) -> User | None:
        """Create an account; return None, always, where addresses are proven first: a mail tells the rest.

        Raises: RegistrationClosed, Rejected, WeakPassword, EmailTaken, NoMail, Busy.
        """
        ...

    async def log_in(
        self, *, email: str, password: Redacted[str], new_password: Redacted[str] | None = None, origin: Origin
    ) -> SignedIn:
        """Open a session. `new_password` takes the place of the password, and ends every session before this one.

        Raises: InvalidCredentials, PasswordChangeRequired, WeakPassword, Busy, NoSigningKey.
        """
        ...

    async def refresh(self, *, refresh_token: Redacted[str], origin: Origin) -> IssuedTokens:
        """Trade a refresh token for the next tokens of its session. Raises: InvalidRefreshToken, NoSigningKey."""
        ...

    async def profile(self, *, access_token: Redacted[str]) -> Account:
        """Return the caller, with the rights they have at this moment."""
        ...

    async def update_profile(
        self,
        *,
        access_token: Redacted[str],
        first_name: str | None = None,
        last_name: str | None = None,
        origin: Origin,
    ) -> Account:
        """Change the names that are given; return the caller as they are afterwards. Raises: Rejected."""
        ...

    async def change_password(
        self,
        *,
        access_token: Redacted[str],
        current_password: Redacted[str],
        new_password: Redacted[str],
        origin: Origin,
    ) -> None:
        """Change the caller's password and end their other sessions. Raises: WeakPassword, WrongPassword, Busy."""
        ...

    async def leave(self, *, access_token: Redacted[str], password: Redacted[str], origin: Origin) -> None:
        """Delete the caller's account, as long as it can be restored, and end every session.

        Raises: WrongPassword, LastAdministrator, Busy.
        """
        ...

    async def sessions(self, *, access_token: Redacted[str]) -> Sequence[OwnSession]:
        """Return where the caller is signed in, the session used last first."""
        ...

    async def end_session(self, *, access_token: Redacted[str], session_id: SessionId, origin: Origin) -> None:
        """End one session of the caller. Raises: SessionNotFound, for another person's session too."""
        ...

    async def log_out(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End the session the access token belongs to."""
        ...

    async def log_out_everywhere(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End every session of the caller, this one too."""
        ...
