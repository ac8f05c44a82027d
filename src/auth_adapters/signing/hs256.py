"""HS256 (RFC 7518 §3.2): whoever can check a token can make one, so its keys are for ourselves."""

import hashlib
import hmac
from typing import Final

from auth_core.redacted import Redacted

SHORTEST_SECRET: Final = hashlib.sha256().digest_size
"""Bytes. RFC 7518 §3.2 forbids secrets shorter than the hash."""


def sign(message: bytes, secret: Redacted[bytes]) -> bytes:
    """Return the code, 32 bytes."""
    return hmac.digest(secret.reveal(), message, "sha256")


def verify(message: bytes, secret: Redacted[bytes], code: bytes) -> bool:
    """Say whether this is the code of the message, in the same time whatever it is. A short secret makes none."""
    return len(secret.reveal()) >= SHORTEST_SECRET and hmac.compare_digest(sign(message, secret), code)
