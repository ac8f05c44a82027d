"""The contract of whoever transfers hashes, held, and broken on purpose."""

import pytest

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core import Redacted
from auth_core.credentials.passwords.model import CarriedHash, PasswordHash
from auth_core.credentials.passwords.ports import HashTransfer, PasswordHasher
from auth_core.testing import UnsafeFastHasher, UnsafeTransfer
from auth_core.testing.contracts.hash_transfer import HashTransferContract
from tests.unit.contracts.mutation import caught_by

COST = 4


def vault(secret: bytes) -> KeyVault:
    return KeyVault(MasterSecret(Redacted(secret * 32)).derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())


class TestBcryptTransfer(HashTransferContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return BcryptHasher(pepper=vault(b"a"), cost=COST)

    @pytest.fixture
    def transfer(self) -> HashTransfer:
        return BcryptTransfer(pepper=vault(b"a"), cost=COST)

    @pytest.fixture
    def hasher_elsewhere(self) -> PasswordHasher:
        return BcryptHasher(pepper=vault(b"b"), cost=COST)

    @pytest.fixture
    def transfer_elsewhere(self) -> HashTransfer:
        return BcryptTransfer(pepper=vault(b"b"), cost=COST)


class TestUnsafeTransfer(HashTransferContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return UnsafeFastHasher()

    @pytest.fixture
    def transfer(self) -> HashTransfer:
        return UnsafeTransfer()

    @pytest.fixture
    def hasher_elsewhere(self) -> PasswordHasher:
        return UnsafeFastHasher()

    @pytest.fixture
    def transfer_elsewhere(self) -> HashTransfer:
        return UnsafeTransfer()


class GivesWhatIsSealed(BcryptTransfer):
    def give_away(self, stored: PasswordHash) -> Redacted[str] | None:
        return stored


@caught_by(
    "test_what_one_gives_away_another_takes_in",
    "test_what_was_taken_in_can_be_given_away_again",
    "test_a_broken_stored_hash_is_not_given_away",
    raises=(AssertionError, Exception),
)
class TestGivingWhatIsSealedIsCaught(TestBcryptTransfer):
    @pytest.fixture
    def transfer(self) -> HashTransfer:
        return GivesWhatIsSealed(pepper=vault(b"a"), cost=COST)


class TakesAnything(UnsafeTransfer):
    def look_at(self, written: Redacted[str]) -> CarriedHash:
        return CarriedHash(scheme="anything", costs_a_hash=False)


@caught_by("test_nonsense_is_refused_without_being_quoted", raises=(AssertionError, pytest.fail.Exception))
class TestTakingAnythingIsCaught(TestUnsafeTransfer):
    @pytest.fixture
    def transfer(self) -> HashTransfer:
        return TakesAnything()
