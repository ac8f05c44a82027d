"""Opening tokens by published keys is as strict as opening them in the service: it keeps the same contract."""

from collections.abc import Callable, Mapping

import pytest

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.signing.okp_key_maker import OkpKeyMaker
from auth_adapters.signing.prepared_keys import PreparedKey
from auth_adapters.verify_only.public_keys import read_key_set
from auth_adapters.verify_only.verifying import PublishedKeyOpener
from auth_core.redacted import Redacted
from auth_core.testing import MovableClock
from auth_core.testing.contracts.key_maker import ring_of
from auth_core.tokens.keys import KeyMaterial
from auth_core.tokens.ports import TokenSigner
from tests.unit.contracts.test_token_signers import COVERED, AccessTokens, a_vault
from tests.unit.verify_only.test_public_keys import key_set


class SignedHereOpenedElsewhere:
    """The service signs; who has only its published keys opens."""

    def __init__(self, signer: JwtAccessTokenSigner, opener: PublishedKeyOpener) -> None:
        self._signer, self._opener = signer, opener

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        return self._signer.sign(payload)

    def open(self, token: str) -> Mapping[str, object]:
        return self._opener.open(token)


class OpenedElsewhere(AccessTokens):
    @pytest.fixture
    def vault(self) -> KeyVault:
        return a_vault()

    @pytest.fixture
    def signer(self, key: KeyMaterial, vault: KeyVault) -> TokenSigner:
        published = PreparedKey.of(key, vault).public_jwk
        keys = read_key_set(key_set(published))
        signer = JwtAccessTokenSigner(ring_of(key), vault=vault, clock=MovableClock())
        return SignedHereOpenedElsewhere(signer, PublishedKeyOpener(keys.get))


@pytest.mark.covers(*COVERED)
class TestEs256Elsewhere(OpenedElsewhere): ...


@pytest.mark.covers(*COVERED)
class TestEdDsaElsewhere(OpenedElsewhere):
    @pytest.fixture
    def make(self, vault: KeyVault) -> Callable[[], KeyMaterial]:
        return OkpKeyMaker(vault).make
