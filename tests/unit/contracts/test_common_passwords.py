"""The contract of whoever knows common passwords, held, and broken on purpose."""

import pytest

from auth_adapters.common_passwords import BuiltInCommonPasswords
from auth_core import Redacted
from auth_core.credentials.passwords.ports import CommonPasswords
from auth_core.testing import FewCommonPasswords
from auth_core.testing.contracts.common_passwords import CommonPasswordsContract
from tests.unit.contracts.mutation import caught_by


class TestBuiltInCommonPasswords(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return BuiltInCommonPasswords()


class TestFewCommonPasswords(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return FewCommonPasswords()


class LooksForParts(FewCommonPasswords):
    def has(self, word: Redacted[str]) -> bool:
        return any(known in word.reveal() for known in self._known)


@caught_by("test_a_word_is_compared_as_a_whole")
class TestLooksForParts(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return LooksForParts()


class FindsMostThings(FewCommonPasswords):
    def has(self, word: Redacted[str]) -> bool:
        return super().has(word) or hash(word.reveal()) % 64 == 0


@caught_by("test_what_nobody_uses_is_not")
class TestFindsMostThings(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return FindsMostThings()


class KnowsNothing(FewCommonPasswords):
    def has(self, word: Redacted[str]) -> bool:
        return False


@caught_by("test_what_everybody_tries_first_is_known")
class TestKnowsNothing(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return KnowsNothing()


class TakesGoodTextForGranted(FewCommonPasswords):
    def has(self, word: Redacted[str]) -> bool:
        return bool(word.reveal().encode()) and super().has(word)


@caught_by("test_any_text_gets_an_answer", raises=(UnicodeEncodeError,))
class TestTakesGoodTextForGranted(CommonPasswordsContract):
    @pytest.fixture
    def common(self) -> CommonPasswords:
        return TakesGoodTextForGranted()
