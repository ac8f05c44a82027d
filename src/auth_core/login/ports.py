"""What signing in needs from storage."""

from typing import Protocol

from auth_core.access.ports import AccessTx
from auth_core.credentials.passwords.ports import PasswordsTx
from auth_core.login.model import Candidate
from auth_core.outbox.ports import OutboxTx
from auth_core.sessions.ports import SessionsTx
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.ports import UsersTx


class Candidates(Protocol):
    """The accounts somebody may name at sign-in."""

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        """Return the account with this address, in one read, and hold nothing afterwards."""
        ...


class LoginTx(SessionsTx, UsersTx, PasswordsTx, AccessTx, OutboxTx, Protocol):
    """What a sign-in writes."""
