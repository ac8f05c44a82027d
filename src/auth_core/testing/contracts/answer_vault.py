"""What everybody promises who seals first answers."""

from typing import Final

from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import AnswerVault, SealedAnswer
from auth_core.redacted import Redacted

NAME: Final = AnswerName(bytes(range(32)))
OTHER_NAME: Final = AnswerName(bytes(range(1, 33)))
SECRET: Final = b"authcs_a client secret in an answer"


class AnswerVaultContract:
    """Subclass it and provide the fixtures `vault`, and `stranger` with another key."""

    def test_what_it_has_sealed_it_opens(self, vault: AnswerVault) -> None:
        for answer in (SECRET, b"", bytes(100_000)):
            opened = vault.open(vault.seal(Redacted(answer), name=NAME), name=NAME)

            assert opened is not None
            assert opened.reveal() == answer

    def test_nothing_of_the_answer_is_to_be_seen(self, vault: AnswerVault) -> None:
        sealed = [vault.seal(Redacted(SECRET), name=NAME) for _ in range(2)]

        assert sealed[0] != sealed[1]
        assert not any(part in bytes(each) for each in sealed for part in (SECRET[:8], SECRET[-8:]))

    def test_it_opens_under_its_own_name_only(self, vault: AnswerVault) -> None:
        assert vault.open(vault.seal(Redacted(SECRET), name=NAME), name=OTHER_NAME) is None

    def test_what_was_changed_does_not_open(self, vault: AnswerVault) -> None:
        sealed = vault.seal(Redacted(SECRET), name=NAME)

        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 1
            assert vault.open(SealedAnswer(bytes(changed)), name=NAME) is None
        for part in (b"", sealed[:-1], sealed + b"\x00"):
            assert vault.open(SealedAnswer(part), name=NAME) is None

    def test_what_another_has_sealed_does_not_open(self, vault: AnswerVault, stranger: AnswerVault) -> None:
        assert vault.open(stranger.seal(Redacted(SECRET), name=NAME), name=NAME) is None
