"""Signing keys for EdDSA (RFC 8037 §2): Ed25519 key pairs, their private half sealed."""

from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.signing import jwk, sealed_key
from auth_core.tokens.keys import Algorithm, KeyMaterial

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ed25519


class OkpKeyMaker:
    """Makes Ed25519 key pairs and seals their private halves in a vault."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def make(self) -> KeyMaterial:
        """Return a new key pair."""
        private_key = ed25519.Ed25519PrivateKey.generate()
        members = public_members(private_key.public_key())
        return sealed_key.seal(private_key, algorithm=Algorithm.EDDSA, public_members=members, vault=self._vault)


def open_private_key(material: KeyMaterial, vault: KeyVault) -> ed25519.Ed25519PrivateKey:
    """Return the private half of a key that `OkpKeyMaker` made with this vault. Raises: CannotUnseal."""
    private_key = sealed_key.unseal(material, vault)
    if not isinstance(private_key, ed25519.Ed25519PrivateKey):
        raise CannotUnseal("what was sealed is no Ed25519 key")
    return private_key


def public_members(public_key: ed25519.Ed25519PublicKey) -> dict[str, str]:
    """Return what RFC 8037 §2 asks for."""
    return {"kty": "OKP", "crv": "Ed25519", "x": jwk.base64url(public_key.public_bytes_raw())}
