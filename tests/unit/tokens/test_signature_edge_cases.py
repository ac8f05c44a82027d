"""What attackers send in the place of a signature, family by family; no forgery verifies, and the real one does."""

import hashlib
import hmac
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from auth_adapters.signing import eddsa, es256, hs256, rs256
from auth_core.redacted import Redacted
from tests.unit import rsa_keys

MESSAGE = b"header.payload"
DIGEST = hashlib.sha256(MESSAGE).digest()

type Case = tuple[str, bytes]

# ---- ES256

P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def ec_forgeries() -> Iterator[Case]:
    good = es256.sign(MESSAGE, EC_KEY)
    r, s = int.from_bytes(good[:32]), int.from_bytes(good[32:])
    der = EC_KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    edges = {"0": 0, "1": 1, "n - 1": P256 - 1, "n": P256, "n + 1": P256 + 1, "largest": (1 << 256) - 1}
    for name, value in edges.items():
        yield f"r = {name}", value.to_bytes(32) + good[32:]
        yield f"s = {name}", good[:32] + value.to_bytes(32)
        yield f"r = s = {name}", value.to_bytes(32) * 2
    yield "r = 0, s = r", bytes(32) + good[:32]
    yield "r and s exchanged", good[32:] + good[:32]
    yield "high s", good[:32] + (P256 - s).to_bytes(32)
    yield "negative r", ((-r) % P256).to_bytes(32) + good[32:]
    yield "r + n as far as it fits", ((r + P256) % (1 << 256)).to_bytes(32) + good[32:]
    yield "DER", der
    yield "DER, cut to 64 bytes", der[:64]
    yield "numbers of 33 bytes", r.to_bytes(33) + s.to_bytes(33)
    yield "numbers of 31 bytes", good[1:32] + good[33:]
    yield "numbers in little endian", good[:32][::-1] + good[32:][::-1]
    yield "of another hash", _raw(EC_KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA512())))
    yield "of the digest", _raw(EC_KEY.sign(DIGEST, ec.ECDSA(hashes.SHA256())))
    yield from _of_wrong_length(good)


def _raw(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(32) + min(s, P256 - s).to_bytes(32)


# ---- RS256

RSA_KEY = rsa_keys.OF_2048_BITS
MODULUS = RSA_KEY.private_numbers().public_numbers.n
LENGTH = 256
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
WITHOUT_PARAMETERS = bytes.fromhex("302f300b0609608648016503040201" + "0420")


def raised(block: bytes) -> bytes:
    """The RSA operation itself, on a block of our choosing: what a forger can reach who knows a root."""
    numbers, message = RSA_KEY.private_numbers(), int.from_bytes(block)
    # By the Chinese remainder theorem (RFC 8017 §5.1.2), four times as quick.
    first, second = pow(message, numbers.dmp1, numbers.p), pow(message, numbers.dmq1, numbers.q)
    return (second + numbers.q * ((first - second) * numbers.iqmp % numbers.p)).to_bytes(LENGTH)


def padded(tail: bytes, *, start: bytes = b"\0\1", filler: bytes = b"\xff", end: bytes = b"\0") -> bytes:
    return start + filler * (LENGTH - len(start) - len(end) - len(tail)) + end + tail


def rsa_forgeries() -> Iterator[Case]:
    good = rs256.sign(MESSAGE, RSA_KEY)
    info = SHA256_INFO + DIGEST
    assert raised(padded(info)) == good, "the blocks below differ from a good one in what they say and in nothing else"
    for name, value in {"0": 0, "1": 1, "n - 1": MODULUS - 1, "n": MODULUS, "2 ** 2048 - 1": (1 << 2048) - 1}.items():
        yield f"s = {name}", value.to_bytes(LENGTH)
    yield "s + n", (int.from_bytes(good) + MODULUS).to_bytes(LENGTH + 1)
    yield "n - s", (MODULUS - int.from_bytes(good)).to_bytes(LENGTH)
    yield (
        "short padding, and garbage behind the digest",
        raised(b"\0\1" + b"\xff" * 8 + b"\0" + info + b"\0" * (LENGTH - 11 - len(info))),
    )
    yield "garbage in the parameters", raised(padded(SHA256_INFO[:-2] + b"\xaa" * 8 + SHA256_INFO[-2:] + DIGEST))
    yield "no parameters", raised(padded(WITHOUT_PARAMETERS + DIGEST))
    yield "digest without its algorithm", raised(padded(DIGEST))
    yield "SHA-1", raised(padded(SHA1_INFO + hashlib.sha1(MESSAGE).digest()))
    yield "a digest that says SHA-256 and is SHA-1", raised(padded(SHA256_INFO + hashlib.sha1(MESSAGE).digest()))
    yield "padding of zeros", raised(padded(info, filler=b"\0"))
    yield "padding of another type", raised(padded(info, start=b"\0\2"))
    yield "no zero before the digest", raised(padded(info, end=b"\xff"))
    yield "a long form of a length", raised(padded(b"\x30\x81\x31" + SHA256_INFO[2:] + DIGEST))
    yield "PSS", RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    yield "SHA-512", RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA512())
    yield "of the digest", RSA_KEY.sign(DIGEST, padding.PKCS1v15(), hashes.SHA256())
    yield from _of_wrong_length(good)


# ---- EdDSA

ED_KEY = ed25519.Ed25519PrivateKey.generate()
ORDER = (1 << 252) + 27742317777372353535851937790883648493
PRIME = (1 << 255) - 19
ORDER_EIGHT = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
SMALL_POINTS = {
    "the identity": (1).to_bytes(32, "little"),
    "the identity with a sign": ((1 << 255) + 1).to_bytes(32, "little"),
    "the point of order 2": (PRIME - 1).to_bytes(32, "little"),
    "a point of order 4": bytes(32),
    "the other point of order 4": (1 << 255).to_bytes(32, "little"),
    "a point of order 8": ORDER_EIGHT,
    "its negative": ORDER_EIGHT[:31] + bytes([ORDER_EIGHT[31] | 0x80]),
    "another of order 8": (PRIME - int.from_bytes(ORDER_EIGHT, "little")).to_bytes(32, "little"),
    "y = p, not reduced": PRIME.to_bytes(32, "little"),
    "y = p + 1, not reduced": (PRIME + 1).to_bytes(32, "little"),
    "y = p with a sign": (PRIME + (1 << 255)).to_bytes(32, "little"),
}


def ed_forgeries() -> Iterator[Case]:
    good = eddsa.sign(MESSAGE, ED_KEY)
    s = int.from_bytes(good[32:], "little")
    edges = {"0": 0, "1": 1, "L - 1": ORDER - 1, "L": ORDER, "S + L": s + ORDER, "L - S": ORDER - s}
    edges |= {f"S + {count} L": s + count * ORDER for count in (2, 7, 14)} | {"largest": (1 << 256) - 1}
    for name, value in edges.items():
        yield f"S = {name}", good[:32] + value.to_bytes(32, "little")
    for name, point in SMALL_POINTS.items():
        yield f"R = {name}", point + good[32:]
        yield f"R = {name}, S = 0", point + bytes(32)
    yield "R with the other sign", good[:31] + bytes([good[31] ^ 0x80]) + good[32:]
    yield "R in big endian", good[:32][::-1] + good[32:]
    yield "S in big endian", good[:32] + good[32:][::-1]
    yield "R and S exchanged", good[32:] + good[:32]
    yield "nothing but zeros", bytes(64)
    yield "of the digest", ED_KEY.sign(DIGEST)
    yield from _of_wrong_length(good)


# ---- HS256

SECRET = Redacted(bytes(range(32)))


def hmac_forgeries() -> Iterator[Case]:
    good = hs256.sign(MESSAGE, SECRET)
    yield "of another secret", hs256.sign(MESSAGE, Redacted(bytes(32)))
    yield "the digest alone", DIGEST
    yield "nothing but zeros", bytes(32)
    yield "as text", good.hex().encode()
    yield from _of_wrong_length(good)


def _of_wrong_length(good: bytes) -> Iterator[Case]:
    yield "nothing", b""
    yield "half of it", good[: len(good) // 2]
    yield "without the last byte", good[:-1]
    yield "without the first byte", good[1:]
    yield "a zero behind", good + b"\0"
    yield "a zero before", b"\0" + good
    yield "twice", good * 2


def verified(family: str, signature: bytes) -> bool:
    match family:
        case "ES256":
            return es256.verify(MESSAGE, EC_KEY.public_key(), signature)
        case "RS256":
            return rs256.verify(MESSAGE, RSA_KEY.public_key(), signature)
        case "EdDSA":
            return eddsa.verify(MESSAGE, ED_KEY.public_key(), signature)
        case _:
            return hs256.verify(MESSAGE, SECRET, signature)


def signed(family: str) -> bytes:
    match family:
        case "ES256":
            return es256.sign(MESSAGE, EC_KEY)
        case "RS256":
            return rs256.sign(MESSAGE, RSA_KEY)
        case "EdDSA":
            return eddsa.sign(MESSAGE, ED_KEY)
        case _:
            return hs256.sign(MESSAGE, SECRET)


TABLE = [
    pytest.param(family, forgery, id=f"{family}: {name}")
    for family, forgeries in {
        "ES256": ec_forgeries,
        "RS256": rsa_forgeries,
        "EdDSA": ed_forgeries,
        "HS256": hmac_forgeries,
    }.items()
    for name, forgery in forgeries()
]


@pytest.mark.covers("JWT-04", "JWT-26")
@pytest.mark.parametrize(("family", "forgery"), TABLE)
def test_a_forgery_does_not_verify(family: str, forgery: bytes) -> None:
    assert not verified(family, forgery)


@pytest.mark.parametrize("family", ["ES256", "RS256", "EdDSA", "HS256"])
def test_the_real_one_does(family: str) -> None:
    assert verified(family, signed(family))


@pytest.mark.parametrize("family", ["RS256", "EdDSA", "HS256"])
def test_a_message_has_one_signature(family: str) -> None:
    assert signed(family) == signed(family)


@pytest.mark.covers("JWT-04", "JWT-26")
def test_under_a_public_key_of_small_order_nothing_verifies() -> None:
    fooled = 0
    for point in SMALL_POINTS.values():
        public_key = ed25519.Ed25519PublicKey.from_public_bytes(point)
        for signature in (*(each + bytes(32) for each in SMALL_POINTS.values()), eddsa.sign(MESSAGE, ED_KEY)):
            fooled += _library_accepts(public_key, signature)

            assert not eddsa.verify(MESSAGE, public_key, signature)

    assert fooled, "the library below has learnt to refuse them; then so much the better, and this may go"


def test_only_points_of_small_order_are_taken_for_such() -> None:
    assert all(eddsa.is_of_small_order(point) for point in SMALL_POINTS.values())
    for _ in range(100):
        public_key = ed25519.Ed25519PrivateKey.generate().public_key()

        assert not eddsa.is_of_small_order(public_key.public_bytes_raw())


@pytest.mark.covers("R-J6")
def test_under_an_rsa_key_that_is_too_short_nothing_verifies() -> None:
    short = rsa.generate_private_key(65537, 1024)
    signature = short.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())

    assert not rs256.verify(MESSAGE, short.public_key(), signature)


@pytest.mark.covers("R-J6")
def test_under_a_secret_that_is_too_short_nothing_verifies() -> None:
    for length in (1, 16, 31):
        short = Redacted(b"s" * length)

        assert not hs256.verify(MESSAGE, short, _unchecked_hmac(short))


def _unchecked_hmac(secret: Redacted[bytes]) -> bytes:
    return hmac.digest(secret.reveal(), MESSAGE, "sha256")


def _library_accepts(public_key: ed25519.Ed25519PublicKey, signature: bytes) -> bool:
    try:
        public_key.verify(signature, MESSAGE)
    except InvalidSignature:
        return False
    return True
