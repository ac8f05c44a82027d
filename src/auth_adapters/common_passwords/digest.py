"""What is kept of a common password: enough to know it again."""

import hashlib
from typing import Final

SIZE: Final = 5
"""Bytes of a digest. With 49,000 of them, one word in 22 million that is not on the list seems to be."""


def digest(word: str) -> bytes:
    """Return the digest of a word, which is case-folded and in NFC."""
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:SIZE]
