"""The machine's clock and its randomness."""

import secrets
from datetime import UTC, datetime


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemEntropy:
    """The random numbers of the operating system."""

    def token_bytes(self, length: int) -> bytes:
        return secrets.token_bytes(length)
