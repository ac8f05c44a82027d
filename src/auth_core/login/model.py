"""Who is trying to sign in, and who has."""

from dataclasses import dataclass

from auth_core.credentials.passwords.model import StoredPassword
from auth_core.redacted import Redacted
from auth_core.sessions.model import TokenPair
from auth_core.users.model import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An account somebody names at sign-in, with the password it has, if it has one."""

    user: User
    password: StoredPassword | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Somebody signed in: who they are, and the tokens of their new session."""

    user: User
    tokens: TokenPair
    device_token: Redacted[str]
    """For the next log-in on this device: with it, nobody else's attempts can use up its own."""
