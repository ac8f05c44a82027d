"""Signing keys for RS256 (RFC 7518 §3.3): RSA key pairs, their private half sealed."""

from typing import Final

from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.signing import jwk, rs256, sealed_key
from auth_core.tokens.keys import Algorithm, KeyMaterial

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT: Final = 65537
_BITS: Final = 3072
"""As hard to break as the other algorithms: 128 bits (NIST SP 800-57 part 1, table 2)."""


class RsaKeyMaker:
    """Makes RSA key pairs and seals their private halves in a vault. To find the primes takes part of a second."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def make(self) -> KeyMaterial:
        """Return a new key pair."""
        private_key = rsa.generate_private_key(_EXPONENT, _BITS)
        members = public_members(private_key.public_key())
        return sealed_key.seal(private_key, algorithm=Algorithm.RS256, public_members=members, vault=self._vault)


def open_private_key(material: KeyMaterial, vault: KeyVault) -> rsa.RSAPrivateKey:
    """Return the private half of a key that `RsaKeyMaker` made with this vault. Raises: CannotUnseal."""
    private_key = sealed_key.unseal(material, vault)
    if not isinstance(private_key, rsa.RSAPrivateKey) or private_key.key_size < rs256.FEWEST_BITS:
        raise CannotUnseal("what was sealed is no RSA key, or too short a one")
    return private_key


def public_members(public_key: rsa.RSAPublicKey) -> dict[str, str]:
    """Return what RFC 7518 §6.3.1 asks for; numbers have no leading zeros."""
    numbers = public_key.public_numbers()
    return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}


def _number(value: int) -> str:
    return jwk.base64url(value.to_bytes((value.bit_length() + 7) // 8))
