"""The list that comes along: sorted digests, of which a look-up reads a handful."""

from bisect import bisect_left
from functools import cached_property
from pathlib import Path
from typing import Final

from auth_adapters.common_passwords.digest import SIZE, digest
from auth_core.redacted import Redacted

FILE_NAME: Final = "common_passwords.bin"


class BuiltInCommonPasswords:
    """Knows about 49,000 passwords by their digests, which are read when first asked for and kept: 246 kB.

    A word that is none of them is taken for one with a probability below 1 in 22 million.
    """

    def has(self, word: Redacted[str]) -> bool:
        wanted = digest(word.reveal())
        place = bisect_left(range(len(self)), wanted, key=self._digest_at)
        return self._digest_at(place) == wanted

    def __len__(self) -> int:
        return len(self._digests) // SIZE

    @cached_property
    def _digests(self) -> bytes:
        return Path(__file__).with_name(FILE_NAME).read_bytes()

    def _digest_at(self, place: int) -> bytes:
        return self._digests[place * SIZE : (place + 1) * SIZE]
