"""One secret to keep, and from it a key of its own for every purpose (HKDF-SHA256, RFC 5869)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auth_adapters.extras import needs
from auth_core.redacted import Redacted

with needs("verify"):
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET: Final = 32
"""Bytes. What is derived can be no harder to guess than what it is derived from."""

_SALT: Final = b"auth-service master secret v1"


class Purpose(StrEnum):
    """What a derived key is for. The texts take part in the derivation: changing one changes its key."""

    REFRESH_TOKENS = "refresh tokens"
    PASSWORD_PEPPER = "password pepper"  # noqa: S105 - the name of a purpose, not a password
    SIGNING_KEYS = "signing keys"
    AUDIT_HEADS = "audit heads"
    FIRST_ANSWERS = "first answers"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedKey:
    """A key for one purpose. `id` is written beside what was made with it, and gives nothing of the key away."""

    id: str
    secret: Redacted[bytes]


class MasterSecret:
    """The secret that every other key of the service follows from."""

    def __init__(self, secret: Redacted[bytes]) -> None:
        """Take the secret: random bytes. Raises: ValueError when there are fewer than 32."""
        if len(secret.reveal()) < SHORTEST_SECRET:
            raise ValueError(f"the master secret must have at least {SHORTEST_SECRET} bytes")
        self._secret = secret

    def derive(self, purpose: Purpose) -> DerivedKey:
        """Return the key for `purpose`, the same one every time; keys for two purposes say nothing of each other."""
        return DerivedKey(
            id=self._expand(f"{purpose.value} id", 8).hex(), secret=Redacted(self._expand(f"{purpose.value} key", 32))
        )

    def _expand(self, info: str, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info.encode()).derive(self._secret.reveal())
