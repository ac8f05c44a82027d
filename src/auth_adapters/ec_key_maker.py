"""Signing keys for ES256 (RFC 7518 §3.4): P-256 key pairs, their private half sealed."""

import base64
import hashlib
import json
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial

with needs("verify"):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

_CURVES: Final = {Algorithm.ES256: ec.SECP256R1}


class EcKeyMaker:
    """Makes P-256 key pairs and seals their private halves in a vault."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def make(self, algorithm: Algorithm) -> KeyMaterial:
        private_key = ec.generate_private_key(_CURVES[algorithm]())
        kid = thumbprint(private_key.public_key())
        document = Redacted(
            private_key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return KeyMaterial(
            kid=kid,
            algorithm=algorithm,
            public_jwk={"kid": kid, "use": "sig", "alg": algorithm.value, **_public_members(private_key.public_key())},
            sealed_private_key=Redacted(self._vault.seal(document, context=_context(kid))),
        )


def open_private_key(material: KeyMaterial, vault: KeyVault) -> ec.EllipticCurvePrivateKey:
    """Return the private half of a key that `EcKeyMaker` made with this vault.

    It was sealed under its name and opens under no other, and nothing else that is stored about it is believed: who can
    write to the store cannot make us trust a key of theirs. Raises: CannotUnseal.
    """
    document = vault.open(material.sealed_private_key.reveal(), context=_context(material.kid))
    private_key = serialization.load_der_private_key(document.reveal(), password=None)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise CannotUnseal("what was sealed is a key of another kind")
    return private_key


def thumbprint(public_key: ec.EllipticCurvePublicKey) -> KeyId:
    """Return the key's name: the SHA-256 of its required members, in order and without spaces (RFC 7638 §3)."""
    canonical = json.dumps(_public_members(public_key), sort_keys=True, separators=(",", ":"))
    return KeyId(_base64url(hashlib.sha256(canonical.encode("ascii")).digest()))


def _public_members(public_key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return what RFC 7518 §6.2.1 asks for; coordinates have their full length, with leading zeros."""
    numbers = public_key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _base64url(numbers.x.to_bytes(32)),
        "y": _base64url(numbers.y.to_bytes(32)),
    }


def _context(kid: KeyId) -> str:
    return f"signing key {kid}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
