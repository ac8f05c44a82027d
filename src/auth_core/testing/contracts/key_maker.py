"""What every maker of signing keys promises."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from auth_core.testing.moments import NOON
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, KeyMaterial, SigningKey
from auth_core.tokens.ports import KeyMaker, TokenSigner

# RFC 7518 §6.2.2, §6.3.2 and §6.4.1: what makes a JWK a private one.
_PRIVATE_MEMBERS: Final = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class KeyMakerContract:
    """Subclass it and provide the fixtures `maker` and `signer_over`."""

    @pytest.fixture
    def maker(self) -> KeyMaker:
        raise NotImplementedError

    @pytest.fixture
    def signer_over(self) -> Callable[[KeyRing], TokenSigner]:
        """Provide a function that returns the signer for these keys; its clock must stand after `NOON`."""
        raise NotImplementedError

    def test_it_makes_what_was_asked_for(self, maker: KeyMaker) -> None:
        for algorithm in Algorithm:
            assert maker.make(algorithm).algorithm is algorithm

    def test_no_two_keys_are_alike(self, maker: KeyMaker) -> None:
        keys = [maker.make(Algorithm.ES256) for _ in range(20)]

        assert len({key.kid for key in keys}) == 20
        assert len({key.sealed_private_key.reveal() for key in keys}) == 20

    def test_the_public_half_says_what_it_is(self, maker: KeyMaker) -> None:
        for algorithm in Algorithm:
            key = maker.make(algorithm)

            assert key.public_jwk["kid"] == key.kid
            assert key.public_jwk["alg"] == algorithm
            assert key.public_jwk["use"] == "sig"
            assert key.public_jwk["kty"]

    def test_the_public_half_can_be_published_as_it_is(self, maker: KeyMaker) -> None:
        for algorithm in Algorithm:
            public_jwk = maker.make(algorithm).public_jwk

            assert json.loads(json.dumps(dict(public_jwk))) == public_jwk
            assert all(isinstance(value, str) for value in public_jwk.values())

    def test_the_public_half_holds_nothing_private(self, maker: KeyMaker) -> None:
        for algorithm in Algorithm:
            assert not _PRIVATE_MEMBERS & set(maker.make(algorithm).public_jwk)

    def test_the_private_half_does_not_show_itself(self, maker: KeyMaker) -> None:
        for algorithm in Algorithm:
            key = maker.make(algorithm)

            assert repr(key.sealed_private_key.reveal()) not in repr(key)

    def test_each_key_signs_what_it_alone_verifies(
        self, maker: KeyMaker, signer_over: Callable[[KeyRing], TokenSigner]
    ) -> None:
        signers = [signer_over(ring_of(maker.make(algorithm))) for algorithm in Algorithm for _ in range(2)]
        for signer in signers:
            token = signer.sign({"sub": "somebody"}).reveal()

            assert signer.open(token) == {"sub": "somebody"}
            assert [other for other in signers if _opens(other, token)] == [signer]


def ring_of(*materials: KeyMaterial) -> KeyRing:
    """Return a ring of these keys, in which the last one has signed since `NOON`."""
    ring = KeyRing(retirement=timedelta(days=36_500))
    ring.load(
        [
            SigningKey(number=number, material=material, created_at=NOON, signs_from=NOON)
            for number, material in enumerate(materials, start=1)
        ]
    )
    return ring


def _opens(signer: TokenSigner, token: str) -> bool:
    try:
        signer.open(token)
    except Exception:  # noqa: BLE001 - how it is refused is another contract's matter
        return False
    return True
