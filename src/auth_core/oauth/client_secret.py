"""Client secrets: 256 random bits that can be told from anything else, of which only a digest is kept.

The digest is SHA-256 and not slow, on purpose: a slow hash protects what people make up, which can be guessed. Nobody
guesses 256 random bits, however fast the digest is, and every question of a client costs one.
"""

import base64
import hashlib
from typing import Final, NewType

from auth_core.entropy import Entropy
from auth_core.redacted import Redacted

SecretDigest = NewType("SecretDigest", bytes)

PREFIX: Final = "authcs_"
"""So that whoever finds a secret, in a repository or a log, knows what it is; those who search for secrets do."""

_BYTES: Final = 32


def new_secret(entropy: Entropy) -> Redacted[str]:
    """Return a secret nobody has. It needs no encoding in a form, in an address, or for HTTP Basic."""
    random = base64.urlsafe_b64encode(entropy.token_bytes(_BYTES)).rstrip(b"=")
    return Redacted(f"{PREFIX}{random.decode('ascii')}")


def digest_of(secret: Redacted[str]) -> SecretDigest:
    """Return what is kept of a secret, and compared with what is kept; any text has one."""
    return SecretDigest(hashlib.sha256(secret.reveal().encode("utf-8", "surrogatepass")).digest())
