"""Randomness, as something given: the core never rolls dice of its own."""

from typing import Protocol


class Entropy(Protocol):
    """A source of bytes nobody can predict."""

    def token_bytes(self, length: int) -> bytes:
        """Return `length` bytes from a cryptographically secure source."""
        ...
