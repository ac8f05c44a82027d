"""A key maker for tests: without a cryptographic library, and without sealing anything."""

import base64
import hashlib
from collections.abc import Mapping

from auth_core.entropy import Entropy
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial


class HmacKeyMaker:
    """Makes secrets for `HmacTokenSigner`.

    The algorithm asked for is only written down. The standard library cannot sign with it, and a secret that verifies
    can also sign: nobody outside a test may be shown these keys.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        """Return a new secret, named by its digest."""
        secret = self._entropy.token_bytes(32)
        digest = hashlib.sha256(b"kid" + secret).digest()
        kid = KeyId(base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"))
        return KeyMaterial(
            kid=kid,
            algorithm=algorithm,
            public_jwk={"kid": kid, "use": "sig", "alg": algorithm.value, "kty": "oct"},
            sealed_private_key=Redacted(secret),
        )

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        """Return what was written down; there is nothing it could follow from."""
        return key.public_jwk if key.algorithm.has_public_half else None
