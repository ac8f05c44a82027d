"""The keys of a published key set (RFC 7517 §5), read strictly and made ready once.

What a key is follows from the key, and what it is not meant for it is not used for. A key of a kind that is not known
here is passed over, so that the service may begin to publish a new kind; but a set with a key of a known kind that is
wrong, or with anything secret in it, is no answer at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from auth_adapters.extras import needs
from auth_adapters.signing import eddsa, es256, rs256
from auth_adapters.signing.jwk import base64url_decoded
from auth_core.tokens import compact
from auth_core.tokens.errors import MalformedToken
from auth_core.tokens.keys import Algorithm, KeyId

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

_MOST_KEYS: Final = 32
_LONGEST_KID: Final = 200
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""What only private and secret keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1)."""

_COORDINATE: Final = 32
_MOST_BITS: Final = 8192
"""Of a modulus: checking a signature takes longer with the square of its length."""

_EXPONENT: Final = 65537

type Verify = Callable[[bytes, bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that can check signatures of one algorithm, ready for use."""

    kid: KeyId
    algorithm: Algorithm
    members: tuple[str, ...]
    verify: Verify = field(compare=False, repr=False)


class NotAKeySet(ValueError):
    """What was answered is no key set, or one that is not to be trusted."""


def read_key_set(document: bytes) -> Mapping[str, PublicKey]:
    """Return the keys by their names, without those that are for something else. Raises: NotAKeySet."""
    try:
        return _keys_in(compact.members(document).get("keys"))
    except (MalformedToken, ValueError) as error:
        raise NotAKeySet from error


def _keys_in(listed: object) -> Mapping[str, PublicKey]:
    if not isinstance(listed, list) or len(cast("list[object]", listed)) > _MOST_KEYS:
        raise ValueError("not a list of a few keys")
    keys: dict[str, PublicKey] = {}
    for each in cast("list[object]", listed):
        if not isinstance(each, dict):
            raise ValueError("not a key")  # noqa: TRY004 - whatever is wrong with a key set, it is one error
        key = _read(cast("dict[str, object]", each))
        if key is None:
            continue
        if key.kid in keys:
            raise ValueError("two keys have one name")
        keys[key.kid] = key
    return keys


def _read(jwk: Mapping[str, object]) -> PublicKey | None:
    """Return the key, or None when it is for something else. Raises: ValueError."""
    if not _PRIVATE.isdisjoint(jwk) or jwk.get("kty") == "oct":
        raise ValueError("a secret is published")
    if jwk.get("use") != "sig":
        return None
    match jwk.get("kty"), jwk.get("crv"), jwk.get("alg"):
        case "EC", "P-256", Algorithm.ES256.value:
            return _key(jwk, Algorithm.ES256, _es256(x := _text(jwk, "x"), y := _text(jwk, "y")), x, y)
        case "OKP", "Ed25519", Algorithm.EDDSA.value:
            return _key(jwk, Algorithm.EDDSA, _eddsa(x := _text(jwk, "x")), x)
        case "RSA", None, Algorithm.RS256.value:
            return _key(jwk, Algorithm.RS256, _rs256(n := _text(jwk, "n"), e := _text(jwk, "e")), n, e)
        case _:
            return None


def _key(jwk: Mapping[str, object], algorithm: Algorithm, verify: Verify, *members: str) -> PublicKey:
    kid = _text(jwk, "kid")
    if len(kid) > _LONGEST_KID:
        raise ValueError("a name is too long")
    return PublicKey(kid=KeyId(kid), algorithm=algorithm, members=members, verify=verify)


def _es256(x: str, y: str) -> Verify:
    numbers = ec.EllipticCurvePublicNumbers(_coordinate(x), _coordinate(y), ec.SECP256R1())
    key = numbers.public_key()  # a ValueError when the point is not on the curve
    return lambda message, signature: es256.verify(message, key, signature)


def _coordinate(text: str) -> int:
    data = base64url_decoded(text)
    if len(data) != _COORDINATE:
        raise ValueError("a coordinate does not have its length")
    return int.from_bytes(data)


def _eddsa(x: str) -> Verify:
    point = base64url_decoded(x)
    if len(point) != _COORDINATE or eddsa.is_of_small_order(point):
        raise ValueError("not a point that keys are made of")
    key = ed25519.Ed25519PublicKey.from_public_bytes(point)
    return lambda message, signature: eddsa.verify(message, key, signature)


def _rs256(n: str, e: str) -> Verify:
    modulus, exponent = _number(n), _number(e)
    if not rs256.FEWEST_BITS <= modulus.bit_length() <= _MOST_BITS or exponent != _EXPONENT:
        raise ValueError("an RSA key is too short, too long, or not an ordinary one")
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    return lambda message, signature: rs256.verify(message, key, signature)


def _number(text: str) -> int:
    data = base64url_decoded(text)
    if data.startswith(b"\0"):
        raise ValueError("a number begins with a zero")
    return int.from_bytes(data)


def _text(jwk: Mapping[str, object], member: str) -> str:
    text = jwk.get(member)
    if not isinstance(text, str) or not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"`{member}` is not what it should be")
    return text
