"""A million session ids: none twice, and nothing in one tells anything about another."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

import pytest

from auth_adapters.system import SystemEntropy
from auth_core.entropy import Entropy
from auth_core.ids import Ids
from auth_core.testing import MovableClock, SeededEntropy

MANY: Final = 1_000_000
FEW: Final = 20_000
CHANCE: Final = range(9, 16)
"""The bytes that are left to chance alone; before them are the time, the version, 12 random bits and the variant."""

_FAR_OUT: Final = 420.0
"""Chi-square with 255 degrees of freedom is beyond this once in 10^9 times: mean 255, standard deviation 22.6."""


def ids(entropy: Entropy, count: int) -> list[bytes]:
    """Return the session ids of one millisecond, when least is different about them."""
    make = Ids(clock=MovableClock(), entropy=entropy).session
    return [make().bytes for _ in range(count)]


def chi_square(column: bytes) -> float:
    """Return how far a byte is from being as often of each value (Pearson)."""
    expected = len(column) / 256
    counted = Counter(column)
    return sum((counted[value] - expected) ** 2 / expected for value in range(256))


def columns(made: list[bytes]) -> Iterator[bytes]:
    """Return each byte of chance for all ids, and after that how each differs from the one before."""
    joined = b"".join(made)
    for place in CHANCE:
        column = joined[place::16]
        yield column
        yield bytes(one ^ other for one, other in pairwise(column))


def check(entropy: Entropy, count: int) -> None:
    made = ids(entropy, count)
    assert len(set(made)) == count, "an id was given twice"
    assert max(chi_square(column) for column in columns(made)) < _FAR_OUT, "some ids are likelier than others"


@pytest.mark.covers("SES-10")
def test_of_a_million_session_ids_none_is_given_twice_and_none_tells_of_another() -> None:
    check(SystemEntropy(), MANY)


class Counting:
    """One more each time."""

    def __init__(self) -> None:
        self._number = 0

    def token_bytes(self, length: int) -> bytes:
        self._number += 1
        return self._number.to_bytes(length)


class FewBits(SeededEntropy):
    """No more than 16 bits of chance."""

    def token_bytes(self, length: int) -> bytes:
        return super().token_bytes(2) * (length // 2)


class Lopsided(SeededEntropy):
    """The last bit of every byte is set."""

    def token_bytes(self, length: int) -> bytes:
        return bytes(each | 1 for each in super().token_bytes(length))


@pytest.mark.parametrize("entropy", [Counting, FewBits, Lopsided])
def test_ids_that_can_be_guessed_or_repeat_are_found_out(entropy: Callable[[], Entropy]) -> None:
    with pytest.raises(AssertionError):
        check(entropy(), FEW)
