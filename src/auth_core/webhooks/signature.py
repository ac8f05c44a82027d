"""Secrets and signatures of webhooks (https://www.standardwebhooks.com, "Signature scheme", symmetric)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from auth_core.entropy import Entropy
from auth_core.redacted import Redacted

PREFIX: Final = "whsec_"
"""So that whoever finds a secret, in a repository or a log, knows what it is; those who search for secrets do."""

_LENGTHS: Final = range(24, 65)
_BYTES: Final = 32


def new_secret(entropy: Entropy) -> Redacted[bytes]:
    """Return a secret nobody has: 256 random bits."""
    return Redacted(entropy.token_bytes(_BYTES))


def written(secret: Redacted[bytes]) -> Redacted[str]:
    """Return a secret as its receiver is given it."""
    return Redacted(f"{PREFIX}{base64.b64encode(secret.reveal()).decode('ascii')}")


def read(secret: str) -> Redacted[bytes]:
    """Return the bytes of a secret; the prefix may be missing. Raises: ValueError, which does not repeat it."""
    try:
        text = secret.removeprefix(PREFIX)
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in _LENGTHS:
        raise ValueError("a secret of a webhook is whsec_ and the base64 of 24 to 64 bytes")
    return Redacted(key)


def signature(secret: Redacted[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message under one secret: `v1,` and the base64 of an HMAC with SHA-256."""
    signed = b".".join((message_id.encode(), str(timestamp).encode("ascii"), body))
    return "v1," + base64.b64encode(hmac.digest(secret.reveal(), signed, hashlib.sha256)).decode("ascii")


def signed_headers(
    secrets: Iterable[Redacted[bytes]], *, message_id: str, at: datetime, body: bytes
) -> tuple[tuple[str, str], ...]:
    """Return the headers of a message sent at this moment, with a signature for each of the secrets."""
    timestamp = int(at.timestamp())
    signatures = (signature(each, message_id=message_id, timestamp=timestamp, body=body) for each in secrets)
    return (
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    )
