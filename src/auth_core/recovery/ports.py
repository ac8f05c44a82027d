"""What recovering an account touches."""

from typing import Protocol

from auth_core.credentials.passwords.ports import PasswordsTx
from auth_core.users.ports import StatusTx


class RecoveryTx(StatusTx, PasswordsTx, Protocol):
    """The transaction slice of this room."""
