"""Signing keys for ES256 (RFC 7518 §3.4): P-256 key pairs, their private half sealed."""

from typing import Final

from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.signing import jwk, sealed_key
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ec

_CURVES: Final = {Algorithm.ES256: ec.SECP256R1}


class EcKeyMaker:
    """Makes P-256 key pairs and seals their private halves in a vault."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def make(self, algorithm: Algorithm = Algorithm.ES256) -> KeyMaterial:
        """Return a new key pair."""
        private_key = ec.generate_private_key(_CURVES[algorithm]())
        members = public_members(private_key.public_key())
        return sealed_key.seal(private_key, algorithm=algorithm, public_members=members, vault=self._vault)


def open_private_key(material: KeyMaterial, vault: KeyVault) -> ec.EllipticCurvePrivateKey:
    """Return the private half of a key that `EcKeyMaker` made with this vault. Raises: CannotUnseal."""
    private_key = sealed_key.unseal(material, vault)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey) or not isinstance(private_key.curve, ec.SECP256R1):
        raise CannotUnseal("what was sealed is no key on P-256")
    return private_key


def thumbprint(public_key: ec.EllipticCurvePublicKey) -> KeyId:
    """Return the key's name."""
    return jwk.thumbprint(public_members(public_key))


def public_members(public_key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return what RFC 7518 §6.2.1 asks for; coordinates have their full length, with leading zeros."""
    numbers = public_key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": jwk.base64url(numbers.x.to_bytes(32)),
        "y": jwk.base64url(numbers.y.to_bytes(32)),
    }
