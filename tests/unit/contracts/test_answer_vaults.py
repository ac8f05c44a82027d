"""The contract of whoever seals first answers, held, and broken on purpose."""

import pytest

from auth_adapters.answer_vault import SealingAnswerVault
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_core import Redacted
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import AnswerVault, SealedAnswer
from auth_core.testing import SeededEntropy, UnsafeAnswerVault
from auth_core.testing.contracts.answer_vault import NAME, SECRET, AnswerVaultContract
from tests.unit.contracts.mutation import caught_by


def vault_with(secret: bytes, *, previous: bytes | None = None) -> SealingAnswerVault:
    current, *older = [
        MasterSecret(Redacted(each * 32)).derive(Purpose.FIRST_ANSWERS) for each in (secret, previous) if each
    ]
    return SealingAnswerVault(KeyVault(current, previous=older, entropy=SeededEntropy(b"vault")))


class TestSealingAnswerVault(AnswerVaultContract):
    @pytest.fixture
    def vault(self) -> AnswerVault:
        return vault_with(b"1")

    @pytest.fixture
    def stranger(self) -> AnswerVault:
        return vault_with(b"2")


class TestUnsafeAnswerVault(AnswerVaultContract):
    @pytest.fixture
    def vault(self) -> AnswerVault:
        return UnsafeAnswerVault()

    @pytest.fixture
    def stranger(self) -> AnswerVault:
        return UnsafeAnswerVault(b"another")


def test_what_was_sealed_under_the_previous_secret_still_opens() -> None:
    sealed = vault_with(b"1").seal(Redacted(SECRET), name=NAME)

    opened = vault_with(b"2", previous=b"1").open(sealed, name=NAME)

    assert opened is not None
    assert opened.reveal() == SECRET


class HidesNothing(UnsafeAnswerVault):
    def seal(self, answer: Redacted[bytes], *, name: AnswerName) -> SealedAnswer:
        return SealedAnswer(answer.reveal())

    def open(self, sealed: SealedAnswer, *, name: AnswerName) -> Redacted[bytes] | None:
        return Redacted(bytes(sealed))


@caught_by(
    "test_nothing_of_the_answer_is_to_be_seen",
    "test_it_opens_under_its_own_name_only",
    "test_what_was_changed_does_not_open",
    "test_what_another_has_sealed_does_not_open",
)
class TestHidesNothing(AnswerVaultContract):
    @pytest.fixture
    def vault(self) -> AnswerVault:
        return HidesNothing()

    @pytest.fixture
    def stranger(self) -> AnswerVault:
        return UnsafeAnswerVault(b"another")


class LosesTheEnd(UnsafeAnswerVault):
    def seal(self, answer: Redacted[bytes], *, name: AnswerName) -> SealedAnswer:
        return super().seal(Redacted(answer.reveal()[:1000]), name=name)


@caught_by("test_what_it_has_sealed_it_opens")
class TestLosesTheEnd(AnswerVaultContract):
    @pytest.fixture
    def vault(self) -> AnswerVault:
        return LosesTheEnd()

    @pytest.fixture
    def stranger(self) -> AnswerVault:
        return UnsafeAnswerVault(b"another")
