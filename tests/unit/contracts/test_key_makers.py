"""The key makers keep the contract, and the contract notices those that do not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import pytest

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing import rsa_key_maker
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.testing import HmacKeyMaker, HmacTokenSigner, MovableClock
from auth_core.testing.contracts.key_maker import KeyMakerContract
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial
from auth_core.tokens.ports import KeyMaker, TokenSigner
from tests.unit.contracts.mutation import caught_by


def a_vault() -> KeyVault:
    return KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())


@pytest.fixture
def vault() -> KeyVault:
    return a_vault()


@pytest.fixture(scope="module")
async def two_of_each() -> Sequence[Sequence[KeyMaterial]]:
    """The same for all tests: to find an RSA key takes longer than all of them."""
    maker = VaultKeyMaker(a_vault(), entropy=SystemEntropy())
    return [[await maker.make(algorithm) for algorithm in Algorithm] for _ in range(2)]


@pytest.mark.covers("R-J6")
def test_a_new_key_of_rsa_is_as_strong_as_the_others(two_of_each: Sequence[Sequence[KeyMaterial]]) -> None:
    new = [key for keys in two_of_each for key in keys if key.algorithm is Algorithm.RS256]

    assert [rsa_key_maker.open_private_key(key, a_vault()).key_size for key in new] == [3072, 3072]


class FoundRsaKeysBefore:
    """Makes keys, but for those of RSA, which it has made for another test."""

    def __init__(self, maker: KeyMaker, made: Sequence[Sequence[KeyMaterial]]) -> None:
        self._maker = maker
        self._rsa_keys = iter([key for keys in made for key in keys if key.algorithm is Algorithm.RS256])

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        return next(self._rsa_keys) if algorithm is Algorithm.RS256 else await self._maker.make(algorithm)

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        return self._maker.public_half(key)


class VaultKeys(KeyMakerContract):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        return VaultKeyMaker(vault, entropy=SystemEntropy())

    @pytest.fixture
    def signer_over(self, vault: KeyVault) -> Callable[[KeyRing], TokenSigner]:
        return lambda ring: JwtAccessTokenSigner(ring, vault=vault, clock=MovableClock())


@pytest.mark.covers("JWT-24")
class TestVaultKeyMaker(VaultKeys):
    @pytest.fixture
    def maker(self, vault: KeyVault, two_of_each: Sequence[Sequence[KeyMaterial]]) -> KeyMaker:
        return FoundRsaKeysBefore(VaultKeyMaker(vault, entropy=SystemEntropy()), two_of_each[::-1])

    @pytest.fixture
    def keys(self, two_of_each: Sequence[Sequence[KeyMaterial]]) -> Sequence[KeyMaterial]:
        return two_of_each[0]


class TestHmacKeyMaker(KeyMakerContract):
    @pytest.fixture
    def maker(self) -> KeyMaker:
        return HmacKeyMaker(SystemEntropy())

    @pytest.fixture
    def signer_over(self) -> Callable[[KeyRing], TokenSigner]:
        return lambda ring: HmacTokenSigner.over(ring, clock=MovableClock())


# ---- Broken on purpose


class Changed:
    """Makes good keys and then spoils them."""

    def __init__(self, maker: KeyMaker, spoil: Callable[[KeyMaterial], KeyMaterial]) -> None:
        self._maker = maker
        self._spoil = spoil

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        return self._spoil(await self._maker.make(algorithm))

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        return self._maker.public_half(key)


class Spoilt(VaultKeys):
    @pytest.fixture
    def algorithms(self) -> Sequence[Algorithm]:
        return (Algorithm.ES256, Algorithm.HS256)

    @pytest.fixture
    def good(self, vault: KeyVault) -> KeyMaker:
        return VaultKeyMaker(vault, entropy=SystemEntropy())


@caught_by("test_nothing_private_can_be_seen")
class TestKeepingThePrivateHalfIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return Changed(good, lambda key: replace(key, public_jwk={**key.public_jwk, "d": "AAAA"}))


class PublishesTheStored(Changed):
    """As simple as it gets: whoever can write to the store chooses what others trust, and secrets get out."""

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        return key.public_jwk


@caught_by("test_the_public_half_is_that_of_the_key")
class TestPublishingSecretsIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return PublishesTheStored(good, lambda key: key)


@caught_by("test_no_two_keys_are_alike", "test_a_key_says_what_it_is")
class TestOneNameForAllKeysIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return Changed(good, lambda key: replace(key, kid=KeyId("current")))


class AlwaysTheSame(Changed):
    def __init__(self, maker: KeyMaker) -> None:
        super().__init__(maker, lambda key: key)
        self._made: dict[Algorithm, KeyMaterial] = {}

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        if algorithm not in self._made:
            self._made[algorithm] = await super().make(algorithm)
        return self._made[algorithm]


@caught_by("test_no_two_keys_are_alike", "test_each_key_signs_what_it_alone_verifies")
class TestOneKeyForEverythingIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return AlwaysTheSame(good)


class AlwaysEs256(Changed):
    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        return await super().make(Algorithm.ES256)


@caught_by("test_it_makes_what_was_asked_for")
class TestMakingSomethingElseIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return AlwaysEs256(good, lambda key: key)


class Talkative:
    def __init__(self, secret: Redacted[bytes]) -> None:
        self._secret = secret

    def reveal(self) -> bytes:
        return self._secret.reveal()

    def __repr__(self) -> str:
        return f"Talkative({self._secret.reveal()!r})"


@caught_by("test_the_private_half_does_not_show_itself")
class TestAPrivateHalfThatShowsItselfIsCaught(Spoilt):
    @pytest.fixture
    def maker(self, good: KeyMaker) -> KeyMaker:
        return Changed(
            good,
            lambda key: replace(key, sealed_private_key=cast("Redacted[bytes]", Talkative(key.sealed_private_key))),
        )
