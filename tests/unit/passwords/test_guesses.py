"""What whoever guesses knows."""

from hypothesis import given
from hypothesis import strategies as st

from auth_core.credentials.passwords.guesses import repeated_part, without_walks, words_behind


@given(st.text(max_size=300))
def test_few_words_lie_behind_a_text_and_it_is_one_of_them(text: str) -> None:
    words = words_behind(text)

    assert len(words) <= 48
    assert (text in words) is (len(text) >= 4)


@given(st.text(min_size=1, max_size=20), st.integers(1, 5))
def test_a_repetition_is_taken_back_to_what_is_repeated(text: str, times: int) -> None:
    part = repeated_part(text * times)

    assert text * times == part * (len(text) * times // len(part))
    assert len(part) <= len(text)


def test_walks_are_nothing_and_what_lies_between_them_is_left() -> None:
    assert without_walks("abcxq12345k", most=9) == "xqk"
    assert without_walks("7777poiuy", most=9) == ""
    assert without_walks("correct horse", most=99) == "correct horse"
    assert without_walks("correct horse", most=4) == "corr"
    assert without_walks("", most=4) == ""
