"""What everybody promises who knows the passwords people use most."""

from auth_core.credentials.passwords.ports import CommonPasswords
from auth_core.redacted import Redacted

_AMONG_THE_FIRST = ("password", "qwerty", "letmein", "sunshine", "iloveyou", "dragon")


class CommonPasswordsContract:
    """Subclass it and provide the fixture `common`."""

    def test_what_everybody_tries_first_is_known(self, common: CommonPasswords) -> None:
        for word in _AMONG_THE_FIRST:
            assert common.has(Redacted(word)), word

    def test_what_nobody_uses_is_not(self, common: CommonPasswords) -> None:
        for number in range(1000):
            word = f"nobody-has-chosen-this-{number * 7919}"
            assert not common.has(Redacted(word)), word

    def test_a_word_is_compared_as_a_whole(self, common: CommonPasswords) -> None:
        for word in _AMONG_THE_FIRST:
            for other in (f"{word} of mine", f"my own {word}", word[:-1] + "\x00", word.upper()):
                assert not common.has(Redacted(other)), other

    def test_any_text_gets_an_answer(self, common: CommonPasswords) -> None:
        for text in ("", "\x00", "\ud800 alone", "\U0001f600" * 300, "x" * 5000):
            assert not common.has(Redacted(text))
