"""Keys as JSON Web Keys (RFC 7517), and the names that follow from them."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from auth_core.tokens.keys import Algorithm, KeyId


def thumbprint(members: Mapping[str, str]) -> KeyId:
    """Return the name of the key with these required members: their SHA-256, in order, without spaces (RFC 7638 §3)."""
    canonical = json.dumps(dict(members), sort_keys=True, separators=(",", ":"))
    return KeyId(base64url(hashlib.sha256(canonical.encode("ascii")).digest()))


def described(members: Mapping[str, str], *, kid: KeyId, algorithm: Algorithm) -> dict[str, str]:
    """Return the key with everything that others need to use it for signatures and for nothing else."""
    return {"kid": kid, "use": "sig", "alg": algorithm.value, **members}


def base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decoded(text: str) -> bytes:
    """Decode without padding, and take no spelling but the canonical one (RFC 4648 §3.5). Raises: ValueError."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if base64url(data) != text:
        raise ValueError("not the canonical spelling")
    return data
