"""The contract of whoever signs heads, held, and broken on purpose."""

import pytest

from auth_adapters.head_signer import HmacHeadSigner
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_core import Redacted
from auth_core.audit.chain import Signature
from auth_core.audit.ports import HeadSigner, Judgement
from auth_core.testing import UnsafeHeadSigner
from auth_core.testing.contracts.head_signer import HeadSignerContract
from tests.unit.contracts.mutation import caught_by


def signer_with(secret: bytes) -> HmacHeadSigner:
    return HmacHeadSigner(MasterSecret(Redacted(secret * 32)).derive(Purpose.AUDIT_HEADS))


class TestHmacHeadSigner(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return signer_with(b"1")

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return signer_with(b"2")


class TestUnsafeHeadSigner(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return UnsafeHeadSigner()

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return UnsafeHeadSigner("another")


class BelievesEverything(UnsafeHeadSigner):
    def judge(self, head: bytes, signature: Signature) -> Judgement:
        return Judgement.VALID


@caught_by(
    "test_a_signature_is_for_one_head",
    "test_a_changed_signature_is_not_valid",
    "test_what_another_has_signed_is_not_known",
    "test_nobody_signs_in_the_name_of_another",
)
class TestBelievesEverything(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return BelievesEverything()

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return UnsafeHeadSigner("another")


class ComparesTheBeginning(UnsafeHeadSigner):
    def judge(self, head: bytes, signature: Signature) -> Judgement:
        right = self.sign(head)
        return Judgement.VALID if right.mac.startswith(signature.mac) else super().judge(head, signature)


@caught_by("test_a_changed_signature_is_not_valid")
class TestComparesTheBeginning(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return ComparesTheBeginning()

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return UnsafeHeadSigner("another")


class SignsItsNameOnly(UnsafeHeadSigner):
    def sign(self, head: bytes) -> Signature:
        return super().sign(b"")


@caught_by("test_a_signature_is_for_one_head")
class TestSignsItsNameOnly(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return SignsItsNameOnly()

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return UnsafeHeadSigner("another")


class TakesUnknownKeysForBad(UnsafeHeadSigner):
    def judge(self, head: bytes, signature: Signature) -> Judgement:
        found = super().judge(head, signature)
        return Judgement.INVALID if found is Judgement.UNKNOWN_KEY else found


@caught_by("test_what_another_has_signed_is_not_known")
class TestTakesUnknownKeysForBad(HeadSignerContract):
    @pytest.fixture
    def signer(self) -> HeadSigner:
        return TakesUnknownKeysForBad()

    @pytest.fixture
    def stranger(self) -> HeadSigner:
        return UnsafeHeadSigner("another")
