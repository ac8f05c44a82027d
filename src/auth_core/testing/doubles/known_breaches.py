"""Leaked passwords for tests: those a test says have leaked."""

import unicodedata

from auth_core.errors import Unavailable
from auth_core.redacted import Redacted


class KnownBreaches:
    """Knows the passwords it is given, and counts how often it was asked. While `down` is true it cannot tell."""

    def __init__(self, *leaked: str) -> None:
        self.asked = 0
        self.down = False
        self._leaked = frozenset(leaked)

    async def has(self, password: Redacted[str]) -> bool:
        """Say whether it has leaked. Raises: Unavailable while `down`."""
        self.asked += 1
        if self.down:
            raise Unavailable(Unavailable.SHORTLY)
        return unicodedata.normalize("NFC", password.reveal()) in self._leaked
