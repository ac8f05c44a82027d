"""The signatures of ES256: which are good, and that every message has one."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import ECAlgorithm

from auth_adapters.signing import es256

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MESSAGE = b"header.payload"
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = KEY.public_key()


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


def parts(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:])


def test_anybody_can_verify_our_signatures() -> None:
    standard = ECAlgorithm(ECAlgorithm.SHA256, ec.SECP256R1)

    for number in range(50):
        message = MESSAGE + bytes([number])
        signature = es256.sign(message, KEY)

        assert len(signature) == 64
        assert standard.verify(message, PUBLIC_KEY, signature)
        assert es256.verify(message, PUBLIC_KEY, signature)


@pytest.mark.covers("JWT-10")
def test_the_twin_of_a_signature_is_refused() -> None:
    standard = ECAlgorithm(ECAlgorithm.SHA256, ec.SECP256R1)
    for _ in range(20):
        r, s = parts(es256.sign(MESSAGE, KEY))
        twin = raw(r, ORDER - s)

        assert standard.verify(MESSAGE, PUBLIC_KEY, twin)
        assert not es256.verify(MESSAGE, PUBLIC_KEY, twin)


@pytest.mark.covers("JWT-04")
def test_numbers_that_are_no_signature_are_refused() -> None:
    r, s = parts(es256.sign(MESSAGE, KEY))
    largest = (1 << 256) - 1

    for forged in (
        raw(0, 0),
        raw(1, 1),
        raw(0, s),
        raw(r, 0),
        raw(ORDER, s),
        raw(ORDER, 0),
        raw(r, ORDER),
        raw(ORDER, ORDER),
        raw(largest, largest),
        raw(s, r),
        raw((r + ORDER) % (1 << 256), s),
    ):
        assert not es256.verify(MESSAGE, PUBLIC_KEY, forged)


@pytest.mark.covers("JWT-04")
def test_a_signature_is_64_bytes_and_nothing_else() -> None:
    der = KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    good = raw(r, min(s, ORDER - s))

    assert es256.verify(MESSAGE, PUBLIC_KEY, good)
    for other in (
        der,
        b"",
        good[:63],
        good + b"\0",
        b"\0" + good,
        good[:32],
        good * 2,
        r.to_bytes(33) + s.to_bytes(33),
    ):
        assert not es256.verify(MESSAGE, PUBLIC_KEY, other)


@pytest.mark.covers("JWT-04")
def test_signatures_of_other_curves_hashes_and_messages_are_refused() -> None:
    other_curve = ec.generate_private_key(ec.SECP384R1())
    r, s = decode_dss_signature(KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA384())))

    assert not es256.verify(MESSAGE, PUBLIC_KEY, ECAlgorithm(ECAlgorithm.SHA384).sign(MESSAGE, other_curve))
    assert not es256.verify(MESSAGE, PUBLIC_KEY, raw(r, min(s, ORDER - s)))
    assert not es256.verify(MESSAGE + b"x", PUBLIC_KEY, es256.sign(MESSAGE, KEY))
