"""Signing keys for HS256 (RFC 7518 §3.2): shared secrets, sealed whole, for there is no half that could be shown."""

from typing import Final

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.signing import hs256, jwk, sealed_key
from auth_core.entropy import Entropy
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm, KeyMaterial

_LENGTH: Final = hs256.SHORTEST_SECRET


class OctKeyMaker:
    """Makes secrets and seals them in a vault.

    They too are named by their thumbprint (RFC 7638 §3.2): a digest of 256 random bits gives nothing of them away.
    """

    def __init__(self, vault: KeyVault, *, entropy: Entropy) -> None:
        self._vault = vault
        self._entropy = entropy

    def make(self) -> KeyMaterial:
        """Return a new secret."""
        algorithm = Algorithm.HS256
        secret = Redacted(self._entropy.token_bytes(_LENGTH))
        kid = jwk.thumbprint({"kty": "oct", "k": jwk.base64url(secret.reveal())})
        context = sealed_key.context_of(kid, algorithm)
        return KeyMaterial(
            kid=kid,
            algorithm=algorithm,
            public_jwk=jwk.described({"kty": "oct"}, kid=kid, algorithm=algorithm),
            sealed_private_key=Redacted(self._vault.seal(secret, context=context)),
        )


def open_secret(material: KeyMaterial, vault: KeyVault) -> Redacted[bytes]:
    """Return a secret that `OctKeyMaker` made with this vault. Raises: CannotUnseal."""
    context = sealed_key.context_of(material.kid, material.algorithm)
    secret = vault.open(material.sealed_private_key.reveal(), context=context)
    if len(secret.reveal()) < hs256.SHORTEST_SECRET:
        raise CannotUnseal("what was sealed is too short a secret")
    return secret
