"""Which characters of a text may be kept and shown: a guard against look-alikes, log forgery and broken storage."""

import unicodedata
from typing import Final

# Joiners are invisible, yet Persian, Hindi and emoji are misspelt without them.
_JOINERS: Final = "\u200c\u200d"
# Control, format (bidirectional overrides, zero-width), surrogate, private, unassigned, line and paragraph separators.
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def is_printable(text: str) -> bool:
    """Say whether every character of `text` can be stored and shown as it is."""
    return _is_plain(text) or all(_is_printable(character) for character in text)


def printable(text: str) -> str:
    """Return `text` without the characters that cannot be shown."""
    return text if _is_plain(text) else "".join(character for character in text if _is_printable(character))


def is_encodable(text: str) -> bool:
    """Say whether `text` can be written as UTF-8: a lone surrogate, which JSON may carry, cannot."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _is_plain(text: str) -> bool:
    """Say quickly what is true of most: nothing but what is on every keyboard."""
    return text.isascii() and text.isprintable()


def _is_printable(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNPRINTABLE
