"""The key makers keep the contract, and the contract notices those that do not."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from auth_adapters.ec_key_maker import EcKeyMaker
from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.testing import HmacKeyMaker, HmacTokenSigner, MovableClock
from auth_core.testing.contracts.key_maker import KeyMakerContract
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial
from auth_core.tokens.ports import KeyMaker, TokenSigner
from tests.unit.contracts.mutation import caught_by


@pytest.fixture
def vault() -> KeyVault:
    return KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())


class EcKeys(KeyMakerContract):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        return EcKeyMaker(vault)

    @pytest.fixture
    def signer_over(self, vault: KeyVault) -> Callable[[KeyRing], TokenSigner]:
        return lambda ring: JwtAccessTokenSigner(ring, vault=vault, clock=MovableClock())


@pytest.mark.covers("JWT-24")
class TestEcKeyMaker(EcKeys): ...


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

    def make(self, algorithm: Algorithm) -> KeyMaterial:
        return self._spoil(self._maker.make(algorithm))


@caught_by("test_the_public_half_holds_nothing_private")
class TestPublishingThePrivateHalfIsCaught(EcKeys):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        return Changed(EcKeyMaker(vault), lambda key: replace(key, public_jwk={**key.public_jwk, "d": "AAAA"}))


@caught_by("test_no_two_keys_are_alike", "test_the_public_half_says_what_it_is")
class TestOneNameForAllKeysIsCaught(EcKeys):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        return Changed(EcKeyMaker(vault), lambda key: replace(key, kid=KeyId("current")))


@caught_by("test_no_two_keys_are_alike", "test_each_key_signs_what_it_alone_verifies")
class TestOneKeyForEverythingIsCaught(EcKeys):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        only = EcKeyMaker(vault).make(Algorithm.ES256)
        return Changed(EcKeyMaker(vault), lambda key: only)


class Talkative:
    def __init__(self, secret: Redacted[bytes]) -> None:
        self._secret = secret

    def reveal(self) -> bytes:
        return self._secret.reveal()

    def __repr__(self) -> str:
        return f"Talkative({self._secret.reveal()!r})"


@caught_by("test_the_private_half_does_not_show_itself")
class TestAPrivateHalfThatShowsItselfIsCaught(EcKeys):
    @pytest.fixture
    def maker(self, vault: KeyVault) -> KeyMaker:
        return Changed(
            EcKeyMaker(vault),
            lambda key: replace(key, sealed_private_key=cast("Redacted[bytes]", Talkative(key.sealed_private_key))),
        )
