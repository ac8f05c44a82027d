"""What somebody who guesses knows: the word behind a password, and what is worth nothing to them."""

from collections.abc import Iterable, Iterator
from typing import Final

SHORTEST_WORD: Final = 4
"""Code points. What is shorter says nothing about a password it stands in."""

_LARGEST_AFFIX: Final = 5
_SHORTEST_RUN: Final = 3
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "!@#$%^&*()",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiop",
    "yxcvbnm,.",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_WALKS: Final = "\n".join((*_ROWS, *(row[::-1] for row in _ROWS)))
_DIGITS_AND_SIGNS: Final = "4@83690$57+2"
_AS_LETTERS: Final = "aabeggossttz"
_SPELLINGS: Final = (
    str.maketrans(_DIGITS_AND_SIGNS + "1!|", _AS_LETTERS + "iii"),
    str.maketrans(_DIGITS_AND_SIGNS + "1!|", _AS_LETTERS + "lll"),
)


def words_behind(text: str) -> frozenset[str]:
    """Return the words `text` may be made from: few, whatever it is.

    It is one of them. Others lie behind a short beginning or end that is no letters, digits for letters, a repetition,
    and the reverse. `text` is case-folded.
    """
    found: set[str] = set()
    for bare in _without_affixes(text):
        for spelled in spellings(bare):
            found |= {spelled, repeated_part(spelled)}
    found |= {word[::-1] for word in found}
    return frozenset(word for word in found if len(word) >= SHORTEST_WORD)


def spellings(text: str) -> frozenset[str]:
    """Return `text`, and what it reads as when digits and signs stand for letters."""
    return frozenset({text, *(text.translate(table) for table in _SPELLINGS)})


def repeated_part(text: str) -> str:
    """Return what `text` is a repetition of: itself, if of nothing shorter."""
    return text[: (text + text).find(text, 1)] if text else text


def without_walks(text: str, *, most: int) -> str:
    """Return what is left of `text` without its walks, or the first `most` code points of that.

    A walk leads along the alphabet, the digits or a keyboard, or stays on one spot.
    """
    left = ""
    at = 0
    while at < len(text) and len(left) < most:
        end = _end_of_walk(text, at)
        if end - at < _SHORTEST_RUN:
            end = at + 1
            left += text[at]
        at = end
    return left


def without_words(text: str, words: Iterable[str]) -> str:
    """Return what is left of `text` without `words`, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _end_of_walk(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and (text[start : end + 1] in _WALKS or text[end] == text[start] == text[end - 1]):
        end += 1
    return end


def _without_affixes(text: str) -> Iterator[str]:
    begin = next((place for place, character in enumerate(text) if character.isalpha()), 0)
    end = next((place for place in range(len(text), 0, -1) if text[place - 1].isalpha()), len(text))
    begins = {0, begin} if _is_small(text[:begin]) else {0}
    ends = {len(text), end} if _is_small(text[end:]) else {len(text)}
    return (text[first:last] for first in begins for last in ends)


def _is_small(affix: str) -> bool:
    return len(without_walks(affix, most=_LARGEST_AFFIX + 1)) <= _LARGEST_AFFIX
