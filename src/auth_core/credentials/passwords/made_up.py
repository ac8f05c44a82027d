"""A password nobody has thought of."""

import base64
from typing import Final

from auth_core.entropy import Entropy
from auth_core.redacted import Redacted

_CHARACTERS: Final = 24


def a_made_up_password(entropy: Entropy, *, at_least: int) -> Redacted[str]:
    """Return 144 random bits or more, as 24 characters or `at_least` that can be typed: base64url (RFC 4648 §5)."""
    threes = -(-max(_CHARACTERS, at_least) // 4)
    return Redacted(base64.urlsafe_b64encode(entropy.token_bytes(3 * threes)).decode("ascii"))
