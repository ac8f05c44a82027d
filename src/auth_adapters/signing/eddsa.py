"""EdDSA with Ed25519 (RFC 8037 §3.1) by PyJWT, with one signature where a lax verifier sees several.

Adding the order of the group to the half S of a signature gives another one, unless S is asked to be reduced (RFC 8032
§5.1.7). And under a public key of small order one signature is good for every message. Neither is left to whichever
library lies below.
"""

from typing import Final

from auth_adapters.extras import needs

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from jwt.algorithms import OKPAlgorithm

_EDDSA: Final = OKPAlgorithm()
_ORDER: Final = (1 << 252) + 27742317777372353535851937790883648493
"""L, the order of the group the base point makes (RFC 8032 §5.1)."""

_PRIME: Final = (1 << 255) - 19
_SIGN_BIT: Final = 1 << 255
_ORDER_EIGHT: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL: Final = {0, 1, _PRIME - 1, _ORDER_EIGHT, _PRIME - _ORDER_EIGHT}
"""The y of every point whose order divides 8."""


def sign(message: bytes, private_key: ed25519.Ed25519PrivateKey) -> bytes:
    """Return R and S, 32 bytes each."""
    return _EDDSA.sign(message, private_key)


def verify(message: bytes, public_key: ed25519.Ed25519PublicKey, signature: bytes) -> bool:
    """Say whether this is the signature of the message. Under a key of small order none is."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _ORDER:
        return False
    if is_of_small_order(public_key.public_bytes_raw()):
        return False
    return _EDDSA.verify(message, public_key, signature)


def is_of_small_order(point: bytes) -> bool:
    """Say whether eight times this encoded point is nothing, however it is spelt."""
    return (int.from_bytes(point, "little") & (_SIGN_BIT - 1)) % _PRIME in _SMALL
