"""HS256 (RFC 7518 §3.2) by PyJWT: whoever can check a token can make one, so its keys are for ourselves."""

import hashlib
from typing import Final

from auth_adapters.extras import needs
from auth_core.redacted import Redacted

with needs("verify"):
    from jwt.algorithms import HMACAlgorithm

SHORTEST_SECRET: Final = hashlib.sha256().digest_size
"""Bytes. RFC 7518 §3.2 forbids secrets shorter than the hash."""

_HMAC: Final = HMACAlgorithm(HMACAlgorithm.SHA256)


def sign(message: bytes, secret: Redacted[bytes]) -> bytes:
    """Return the code, 32 bytes."""
    return _HMAC.sign(message, secret.reveal())


def verify(message: bytes, secret: Redacted[bytes], code: bytes) -> bool:
    """Say whether this is the code of the message, in the same time whatever it is. A short secret makes none."""
    return len(secret.reveal()) >= SHORTEST_SECRET and _HMAC.verify(message, secret.reveal(), code)
