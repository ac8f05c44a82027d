"""A key set is read to the letter: what is wrong with it makes it none, and what is new in it is passed over."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from auth_adapters.signing import ec_key_maker, eddsa, es256, jwk, okp_key_maker, rs256, rsa_key_maker
from auth_adapters.verify_only.public_keys import NotAKeySet, read_key_set
from auth_core.tokens.keys import Algorithm
from tests.unit.tokens.test_signature_edge_cases import EC_KEY, ED_KEY, RSA_KEY, SMALL_POINTS

type Jwk = dict[str, Any]


def described(members: Mapping[str, str], algorithm: Algorithm) -> Jwk:
    return {**jwk.described(members, kid=jwk.thumbprint(members), algorithm=algorithm)}


EC = described(ec_key_maker.public_members(EC_KEY.public_key()), Algorithm.ES256)
ED = described(okp_key_maker.public_members(ED_KEY.public_key()), Algorithm.EDDSA)
RSA = described(rsa_key_maker.public_members(RSA_KEY.public_key()), Algorithm.RS256)


def key_set(*keys: object, **members: object) -> bytes:
    return json.dumps({"keys": keys, **members}).encode()


def number(value: int) -> str:
    return jwk.base64url(value.to_bytes((value.bit_length() + 7) // 8))


@pytest.mark.parametrize(
    ("key", "sign"),
    [
        (EC, lambda message: es256.sign(message, EC_KEY)),
        (ED, lambda message: eddsa.sign(message, ED_KEY)),
        (RSA, lambda message: rs256.sign(message, RSA_KEY)),
    ],
    ids=["EC", "OKP", "RSA"],
)
def test_a_key_checks_what_its_private_half_has_signed(key: Jwk, sign: Callable[[bytes], bytes]) -> None:
    read = read_key_set(key_set(EC, ED, RSA))[key["kid"]]
    signature = sign(b"message")

    assert read.verify(b"message", signature)
    assert not read.verify(b"other", signature)
    assert read.algorithm == key["alg"]


def test_a_key_is_the_same_when_what_it_is_made_of_is_the_same() -> None:
    first, second = (read_key_set(key_set(EC))[EC["kid"]] for _ in range(2))
    other = read_key_set(key_set({**ED, "kid": EC["kid"]}))[EC["kid"]]

    assert first == second
    assert first != other


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "AKP", "alg": "ML-DSA-65", "kid": "new", "use": "sig", "pub": "AAAA"},
        {**EC, "crv": "P-384", "alg": "ES384"},
        {**EC, "alg": "ES256K"},
        {**RSA, "alg": "PS256"},
        {**ED, "crv": "Ed448"},
        {**EC, "use": "enc"},
        {name: value for name, value in EC.items() if name != "use"},
        {name: value for name, value in EC.items() if name != "alg"},
        {**EC, "alg": "none"},
        {**EC, "alg": ["ES256"]},
        {**RSA, "alg": "ES256"},
        {**RSA, "alg": "HS256"},
    ],
)
def test_a_key_for_something_else_is_passed_over(key: Jwk) -> None:
    assert list(read_key_set(key_set(key, {**ED, "kid": "known"}))) == ["known"]


def test_what_else_is_said_of_a_key_is_not_looked_at() -> None:
    extended = {**EC, "x5u": "https://elsewhere.example", "new": {"a": 1}}

    assert read_key_set(key_set(extended, version=2)) == read_key_set(key_set(EC))


@pytest.mark.covers("JWT-24")
@pytest.mark.parametrize(
    "wrong",
    [
        # secrets
        {**EC, "d": "AAAA"},
        {**RSA, "p": "AAAA"},
        {**ED, "k": "AAAA"},
        {**EC, "use": "enc", "d": "AAAA"},
        {"kty": "oct", "kid": "x", "use": "sig", "alg": "HS256"},
        # EC
        {**EC, "x": EC["y"], "y": EC["x"]},
        {**EC, "y": jwk.base64url(bytes(32))},
        {**EC, "x": jwk.base64url(bytes(32)), "y": jwk.base64url(bytes(32))},
        {**EC, "x": jwk.base64url(b"\0" + jwk.base64url_decoded(EC["x"]))},
        {**EC, "x": jwk.base64url(jwk.base64url_decoded(EC["x"])[:31])},
        {**EC, "x": EC["x"] + "="},
        {**EC, "x": EC["x"] + "\n"},
        {**EC, "x": EC["x"] + "ä"},
        {**EC, "x": 1},
        {**EC, "x": None},
        # RSA
        {**RSA, "n": number((1 << 2047) - 1)},
        {**RSA, "n": number((1 << 8192) + 1)},
        {**RSA, "n": jwk.base64url(b"\0" + jwk.base64url_decoded(RSA["n"]))},
        {**RSA, "n": ""},
        {**RSA, "e": number(1)},
        {**RSA, "e": number(3)},
        {**RSA, "e": number(65536)},
        {**RSA, "e": jwk.base64url(b"\0\1\0\1")},
        # OKP
        *({**ED, "x": jwk.base64url(point)} for point in SMALL_POINTS.values()),
        {**ED, "x": jwk.base64url(bytes(31))},
        # names
        {**EC, "kid": ""},
        {**EC, "kid": 7},
        {**EC, "kid": None},
        {**EC, "kid": "k" * 201},
        {**EC, "kid": "a\nb"},
        # no keys at all
        "key",
        None,
        [EC],
    ],
)
def test_a_key_that_is_wrong_makes_the_whole_set_none(wrong: object) -> None:
    with pytest.raises(NotAKeySet):
        read_key_set(key_set(ED, wrong))


def test_two_keys_of_one_name_make_it_none() -> None:
    with pytest.raises(NotAKeySet):
        read_key_set(key_set(EC, {**ED, "kid": EC["kid"]}))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"keys": {}}',
        b'{"keys": "x"}',
        b'{"keys": [], "keys": []}',
        b"\xef\xbb\xbf" + key_set(EC),
        key_set(EC).decode().encode("utf-16"),
        key_set(*({**EC, "kid": f"k{each}"} for each in range(33))),
    ],
)
def test_what_is_no_key_set_is_none(document: bytes) -> None:
    with pytest.raises(NotAKeySet):
        read_key_set(document)


def test_a_set_may_be_empty() -> None:
    assert read_key_set(key_set()) == {}
