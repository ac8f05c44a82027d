"""RS256 (RFC 7518 §3.3) by PyJWT: RSASSA-PKCS1-v1_5 with SHA-256, in which a message has one signature."""

from typing import Final

from auth_adapters.extras import needs

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from jwt.algorithms import RSAAlgorithm

FEWEST_BITS: Final = 2048
"""Of a modulus. RFC 7518 §3.3 forbids shorter ones."""

_RSA: Final = RSAAlgorithm(RSAAlgorithm.SHA256)


def sign(message: bytes, private_key: rsa.RSAPrivateKey) -> bytes:
    """Return the signature, as long as the modulus."""
    return _RSA.sign(message, private_key)


def verify(message: bytes, public_key: rsa.RSAPublicKey, signature: bytes) -> bool:
    """Say whether this is the signature of the message. Under a key of fewer than 2048 bits none is."""
    if public_key.key_size < FEWEST_BITS or len(signature) != (public_key.key_size + 7) // 8:
        return False
    return _RSA.verify(message, public_key, signature)
