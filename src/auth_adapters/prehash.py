"""What bcrypt is given instead of a password."""

import base64
import hmac
from typing import Final

from auth_core.credentials.passwords.checker import normalized
from auth_core.redacted import Redacted

_LABEL: Final = b"auth-service password v1"


def prehash(password: Redacted[str]) -> bytes:
    """Return 64 printable bytes that every character of the password counts in."""
    return base64.b64encode(hmac.digest(_LABEL, normalized(password).reveal().encode(), "sha384"))
