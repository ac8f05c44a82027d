"""One-time tokens as they are sent: 256 random bits.

The digest that is kept is SHA-256 and not slow, on purpose: nobody guesses 256 random bits, however fast the digest is.
"""

import base64
import hashlib
from typing import Final

from auth_core.entropy import Entropy
from auth_core.redacted import Redacted
from auth_core.verification.model import TokenDigest

_BYTES: Final = 32


def new_token(entropy: Entropy) -> Redacted[str]:
    """Return a token nobody has. It needs no encoding in a link."""
    return Redacted(base64.urlsafe_b64encode(entropy.token_bytes(_BYTES)).rstrip(b"=").decode("ascii"))


def digest_of(token: Redacted[str]) -> TokenDigest:
    """Return what is kept of a token, and compared with what is kept; any text has one."""
    return TokenDigest(hashlib.sha256(token.reveal().encode("utf-8", "surrogatepass")).digest())
