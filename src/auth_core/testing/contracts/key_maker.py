"""What every maker of signing keys promises."""

import json
from collections.abc import Callable, Sequence
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
    """Subclass it and provide the fixtures `maker` and `signer_over`, and `algorithms` if it does not make them all."""

    @pytest.fixture
    def maker(self) -> KeyMaker:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def algorithms(self) -> Sequence[Algorithm]:
        """Provide the algorithms it makes keys for."""
        return tuple(Algorithm)

    @pytest.fixture
    def signer_over(self) -> Callable[[KeyRing], TokenSigner]:
        """Provide a function that returns the signer for these keys; its clock must stand after `NOON`."""
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    async def keys(self, maker: KeyMaker, algorithms: Sequence[Algorithm]) -> Sequence[KeyMaterial]:
        """Provide one key for each algorithm."""
        return [await maker.make(algorithm) for algorithm in algorithms]

    def test_it_makes_what_was_asked_for(self, keys: Sequence[KeyMaterial], algorithms: Sequence[Algorithm]) -> None:
        assert [key.algorithm for key in keys] == [*algorithms]

    async def test_no_two_keys_are_alike(self, maker: KeyMaker, algorithms: Sequence[Algorithm]) -> None:
        for algorithm in algorithms:
            keys = [await maker.make(algorithm) for _ in range(2 if algorithm is Algorithm.RS256 else 20)]

            assert len({key.kid for key in keys}) == len(keys)
            assert len({key.sealed_private_key.reveal() for key in keys}) == len(keys)

    def test_a_key_says_what_it_is(self, keys: Sequence[KeyMaterial]) -> None:
        for key in keys:
            assert key.public_jwk["kid"] == key.kid
            assert key.public_jwk["alg"] == key.algorithm
            assert key.public_jwk["use"] == "sig"
            assert key.public_jwk["kty"]

    def test_what_it_says_can_be_kept_as_json(self, keys: Sequence[KeyMaterial]) -> None:
        for key in keys:
            assert json.loads(json.dumps(dict(key.public_jwk))) == key.public_jwk
            assert all(isinstance(value, str) for value in key.public_jwk.values())

    def test_nothing_private_can_be_seen(self, maker: KeyMaker, keys: Sequence[KeyMaterial]) -> None:
        for key in keys:
            assert not _PRIVATE_MEMBERS & set(key.public_jwk)
            assert not _PRIVATE_MEMBERS & set(maker.public_half(key) or {})

    def test_the_public_half_is_that_of_the_key(self, maker: KeyMaker, keys: Sequence[KeyMaterial]) -> None:
        for key in keys:
            expected = key.public_jwk if key.algorithm.has_public_half else None

            assert maker.public_half(key) == expected
            assert maker.public_half(key) == expected

    def test_the_private_half_does_not_show_itself(self, keys: Sequence[KeyMaterial]) -> None:
        for key in keys:
            assert repr(key.sealed_private_key.reveal()) not in repr(key)

    async def test_each_key_signs_what_it_alone_verifies(
        self,
        maker: KeyMaker,
        keys: Sequence[KeyMaterial],
        algorithms: Sequence[Algorithm],
        signer_over: Callable[[KeyRing], TokenSigner],
    ) -> None:
        others = [await maker.make(algorithm) for algorithm in algorithms]
        signers = [signer_over(ring_of(key)) for key in (*keys, *others)]
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
