"""The families of keys: what they are made of, and that what is sealed decides what they are."""

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import PyJWK

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing import ec_key_maker, jwk, oct_key_maker, okp_key_maker, rsa_key_maker, sealed_key
from auth_adapters.signing.ec_key_maker import EcKeyMaker
from auth_adapters.signing.oct_key_maker import OctKeyMaker
from auth_adapters.signing.okp_key_maker import OkpKeyMaker
from auth_adapters.signing.prepared_keys import PreparedKey
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial
from tests.unit import rsa_keys

MESSAGE = b"header.payload"
VAULT = KeyVault(MasterSecret(Redacted(b"a" * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())
KEYS = {
    Algorithm.ES256: EcKeyMaker(VAULT).make(),
    Algorithm.RS256: sealed_key.seal(
        rsa_keys.OF_3072_BITS,
        algorithm=Algorithm.RS256,
        public_members=rsa_key_maker.public_members(rsa_keys.OF_3072_BITS.public_key()),
        vault=VAULT,
    ),
    Algorithm.EDDSA: OkpKeyMaker(VAULT).make(),
    Algorithm.HS256: OctKeyMaker(VAULT, entropy=SystemEntropy()).make(),
}
OPENERS: dict[Algorithm, Callable[[KeyMaterial, KeyVault], object]] = {
    Algorithm.ES256: ec_key_maker.open_private_key,
    Algorithm.RS256: rsa_key_maker.open_private_key,
    Algorithm.EDDSA: okp_key_maker.open_private_key,
    Algorithm.HS256: oct_key_maker.open_secret,
}


@pytest.mark.covers("JWT-24")
def test_the_public_half_has_these_members_and_no_other() -> None:
    members = {algorithm: set(key.public_jwk) - {"kid", "use", "alg", "kty"} for algorithm, key in KEYS.items()}

    assert members == {
        Algorithm.ES256: {"crv", "x", "y"},
        Algorithm.RS256: {"n", "e"},
        Algorithm.EDDSA: {"crv", "x"},
        Algorithm.HS256: set(),
    }


@pytest.mark.covers("R-J6")
def test_keys_are_as_strong_as_each_other() -> None:
    assert ec_key_maker.open_private_key(KEYS[Algorithm.ES256], VAULT).key_size == 256
    assert len(oct_key_maker.open_secret(KEYS[Algorithm.HS256], VAULT).reveal()) == 32


@pytest.mark.parametrize("algorithm", [each for each in Algorithm if each.has_public_half])
def test_anybody_can_verify_with_the_published_half(algorithm: Algorithm) -> None:
    key = PreparedKey.of(KEYS[algorithm], VAULT)
    assert key.public_jwk is not None
    published = PyJWK(dict(key.public_jwk))

    assert published.Algorithm.verify(MESSAGE, published.key, key.sign(MESSAGE))
    assert key.public_jwk == KEYS[algorithm].public_jwk


def test_a_key_is_named_by_its_thumbprint() -> None:
    # The examples of RFC 7638 §3.1 and RFC 8037 appendix A.3.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
        "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
        "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

    assert jwk.thumbprint({"kty": "RSA", "n": n, "e": "AQAB"}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert jwk.thumbprint({"crv": "Ed25519", "kty": "OKP", "x": x}) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert rsa_key_maker.public_members(PyJWK({"kty": "RSA", "n": n, "e": "AQAB"}).key) == {
        "kty": "RSA",
        "n": n,
        "e": "AQAB",
    }


def test_the_name_of_a_secret_is_not_the_secret() -> None:
    key = KEYS[Algorithm.HS256]
    secret = oct_key_maker.open_secret(key, VAULT).reveal()

    assert base64.urlsafe_b64decode(key.kid + "=") != secret
    assert base64.urlsafe_b64encode(secret).decode().rstrip("=") not in repr(key)


@pytest.mark.covers("JWT-02", "JWT-03")
@pytest.mark.parametrize("said", list(Algorithm))
@pytest.mark.parametrize("sealed", list(Algorithm))
def test_no_key_is_taken_for_one_of_another_family(sealed: Algorithm, said: Algorithm) -> None:
    """Whoever can write to the store could say that a private key is a secret, or the other way round."""
    if sealed is said:
        OPENERS[said](KEYS[sealed], VAULT)
        return
    for tampered in (
        replace(KEYS[sealed], algorithm=said),
        replace(KEYS[sealed], algorithm=said, public_jwk=KEYS[said].public_jwk),
        replace(KEYS[said], sealed_private_key=KEYS[sealed].sealed_private_key),
    ):
        with pytest.raises(CannotUnseal):
            PreparedKey.of(tampered, VAULT)


@pytest.mark.covers("R-J6")
def test_keys_that_are_too_weak_are_not_opened_even_if_we_sealed_them() -> None:
    short_rsa = sealed_key.seal(
        private_key := rsa.generate_private_key(65537, 1024),
        algorithm=Algorithm.RS256,
        public_members=rsa_key_maker.public_members(private_key.public_key()),
        vault=VAULT,
    )
    another_curve = sealed_key.seal(
        ec.generate_private_key(ec.SECP384R1()),
        algorithm=Algorithm.ES256,
        public_members={"kty": "EC"},
        vault=VAULT,
    )
    kid = KeyId("short")
    context = sealed_key.context_of(kid, Algorithm.HS256)
    short_secret = KeyMaterial(
        kid=kid,
        algorithm=Algorithm.HS256,
        public_jwk={},
        sealed_private_key=Redacted(VAULT.seal(Redacted(b"s" * 31), context=context)),
    )

    for weak in (short_rsa, another_curve, short_secret):
        with pytest.raises(CannotUnseal):
            PreparedKey.of(weak, VAULT)


def test_a_sealed_key_does_not_contain_itself() -> None:
    private_key = okp_key_maker.open_private_key(KEYS[Algorithm.EDDSA], VAULT)

    assert isinstance(private_key, ed25519.Ed25519PrivateKey)
    assert private_key.private_bytes_raw() not in KEYS[Algorithm.EDDSA].sealed_private_key.reveal()
