"""A transfer of hashes for tests: it knows those of `UnsafeFastHasher`, and leaves them open."""

from auth_core.credentials.passwords.model import CarriedHash, PasswordHash
from auth_core.errors import Fault, Rejected
from auth_core.redacted import Redacted
from auth_core.testing.doubles.unsafe_fast_hasher import is_fast_hash


class UnsafeTransfer:
    """Takes `fast$…` in and gives it away as it is."""

    def look_at(self, written: Redacted[str]) -> CarriedHash:
        """Say that it is one. Raises: Rejected."""
        if not is_fast_hash(written.reveal()):
            raise Rejected(Fault("password_hash", "unknown_scheme", "Only hashes of UnsafeFastHasher are known here."))
        return CarriedHash(scheme="fast", costs_a_hash=False)

    async def take_in(self, written: Redacted[str]) -> PasswordHash:
        """Return it. Raises: Rejected."""
        self.look_at(written)
        return PasswordHash(written)

    def give_away(self, stored: PasswordHash) -> Redacted[str] | None:
        """Return it, unless it is none."""
        return stored if is_fast_hash(stored.reveal()) else None
