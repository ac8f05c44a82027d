"""Something that reads what anybody may send, and what must hold whatever it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


class Broken(AssertionError):
    """Something was taken that should not have been, or was read in two ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`reads` says whether it takes the input. It raises Broken, or whatever nobody expected, when something is wrong.

    `seeds` are inputs to begin with, of which it takes at least one.
    """

    name: str
    seeds: Sequence[bytes]
    reads: Callable[[bytes], bool]


def holds(condition: object, sentence: str) -> None:
    """Raise Broken with the sentence unless the condition holds: unlike `assert`, also where those are left out."""
    if not condition:
        raise Broken(sentence)


def text_of(data: bytes) -> str:
    """Return any bytes as text: whatever is no UTF-8 becomes what no text may hold."""
    return data.decode("utf-8", "surrogateescape")
