"""Keys for ES256: named by their thumbprint, published by half, and believed only when we have sealed them."""

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import PyJWK

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing.ec_key_maker import EcKeyMaker, open_private_key, thumbprint
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm


def vault(seed: bytes = b"a") -> KeyVault:
    return KeyVault(MasterSecret(Redacted(seed * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())


def test_a_key_is_named_by_the_thumbprint_of_its_required_members() -> None:
    key = EcKeyMaker(vault()).make(Algorithm.ES256)
    required = {name: key.public_jwk[name] for name in ("crv", "kty", "x", "y")}

    digest = hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()

    assert key.kid == base64.urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.mark.covers("JWT-24")
def test_the_public_half_has_these_members_and_no_other() -> None:
    key = EcKeyMaker(vault()).make(Algorithm.ES256)

    assert set(key.public_jwk) == {"kid", "use", "alg", "kty", "crv", "x", "y"}


def test_coordinates_keep_their_leading_zeros() -> None:
    # One coordinate in 256 begins with a zero byte. This scalar is the first whose x does.
    scalar = next(n for n in range(1, 5000) if public_x(n) < 1 << 248)
    numbers = ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers()

    jwk = {"kty": "EC", "crv": "P-256", "x": coordinate(numbers.x), "y": coordinate(numbers.y)}

    assert PyJWK(jwk).key.public_numbers() == numbers
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()
    expected = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode().rstrip("=")
    assert thumbprint(numbers.public_key()) == expected


def test_the_public_half_is_the_other_half_of_what_was_sealed() -> None:
    key = EcKeyMaker(vault()).make(Algorithm.ES256)

    private_key = open_private_key(key, vault())

    assert PyJWK(dict(key.public_jwk)).key.public_numbers() == private_key.public_key().public_numbers()


def test_a_sealed_key_opens_under_its_own_name_only() -> None:
    maker = EcKeyMaker(vault())
    one, other = maker.make(Algorithm.ES256), maker.make(Algorithm.ES256)

    with pytest.raises(CannotUnseal):
        open_private_key(replace(one, sealed_private_key=other.sealed_private_key), vault())


def test_a_key_sealed_by_somebody_else_is_not_opened() -> None:
    planted = EcKeyMaker(vault(b"b")).make(Algorithm.ES256)

    with pytest.raises(CannotUnseal):
        open_private_key(planted, vault(b"a"))


def public_x(scalar: int) -> int:
    return ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers().x


def coordinate(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(32)).decode().rstrip("=")
