"""ES256 (RFC 7518 §3.4), with one signature where ECDSA has two.

Whoever sees an ECDSA signature (r, s) can write (r, n - s), which verifies as well: a second spelling of the token. We
sign with the smaller s and accept no other. To everybody else our signatures are ordinary ones.
"""

from typing import Final

from auth_adapters.extras import needs

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256
    from jwt.algorithms import ECAlgorithm

_ECDSA: Final = ECAlgorithm(ECAlgorithm.SHA256, ec.SECP256R1)
_SIGNING: Final = ec.ECDSA(SHA256())
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""n, the order of P-256's base point (SEC 2 §2.4.2)."""

_S: Final = slice(32, 64)


def sign(message: bytes, private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return r and s, 32 bytes each."""
    r, s = decode_dss_signature(private_key.sign(message, _SIGNING))
    return r.to_bytes(32) + min(s, _ORDER - s).to_bytes(32)


def verify(message: bytes, public_key: ec.EllipticCurvePublicKey, signature: bytes) -> bool:
    """Say whether this is the signature of the message. The key must be on P-256."""
    if len(signature) != 64 or int.from_bytes(signature[_S]) > _ORDER // 2:
        return False
    return _ECDSA.verify(message, public_key, signature)
