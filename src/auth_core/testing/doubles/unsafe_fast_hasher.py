"""A password hasher for tests: instant, so it protects nothing."""

import hashlib
import hmac
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from auth_core.credentials.passwords.checker import is_hashable, normalized
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import HashingTurn
from auth_core.redacted import Redacted

_STORED: Final = re.compile(r"fast\$(\d+)\$(\d+)\$([0-9a-f]{64})", re.ASCII)


def is_fast_hash(text: str) -> bool:
    """Say whether `UnsafeFastHasher` could have made this."""
    return _STORED.fullmatch(text) is not None


class UnsafeFastHasher:
    """Hashes in microseconds and counts what it did.

    `hashes` and `verifications` count the work, so that a test can compare what a known and an unknown user cost.
    While `busy` is true every turn is refused.
    """

    def __init__(self) -> None:
        self.hashes = 0
        self.verifications = 0
        self.busy = False
        self._scheme = 1

    def outdate(self) -> None:
        """Make every hash of before stale, as raising the cost does."""
        self._scheme += 1

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[HashingTurn]:
        """Give a turn at once. Raises: Busy while `busy`."""
        if self.busy:
            raise Busy(Busy.SHORTLY)
        yield _Turn(self)

    def hash_now(self, password: Redacted[str]) -> PasswordHash:
        """Hash without a turn, for building what a test begins with.

        Raises: ValueError for what `is_hashable` refuses.
        """
        if not is_hashable(password):
            raise ValueError("this cannot be a password")
        self.hashes += 1
        salt = str(self.hashes)
        return PasswordHash(Redacted(f"fast${self._scheme}${salt}${_digest(salt, password)}"))

    def verify_now(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        """Compare without a turn."""
        self.verifications += 1
        if stored is None:
            return Verification(matches=False)
        parts = _STORED.fullmatch(stored.reveal())
        if parts is None:
            return Verification(matches=False, unreadable=True)
        scheme, salt, digest = parts.groups()
        matches = is_hashable(password) and hmac.compare_digest(digest, _digest(salt, password))
        return Verification(matches=matches, stale=matches and int(scheme) != self._scheme)


class _Turn:
    def __init__(self, hasher: UnsafeFastHasher) -> None:
        self._hasher = hasher

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        return self._hasher.hash_now(password)

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        return self._hasher.verify_now(password, stored)


def _digest(salt: str, password: Redacted[str]) -> str:
    return hashlib.sha256(f"{salt}${normalized(password).reveal()}".encode()).hexdigest()
