"""Every order in which two calls can take their turns, depth first."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod

type Order = tuple[int, ...]
"""Whose turn it is, step by step: 1 or 2. It is written as a number: 11221."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One step: who took it, who could have, what it was, and whether it had to wait for the other."""

    who: int
    ready: tuple[int, ...]
    what: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Played:
    """Two calls, played to their ends in one order, and what was answered."""

    turns: tuple[Turn, ...]
    answers: str

    @property
    def order(self) -> Order:
        return tuple(turn.who for turn in self.turns)

    @property
    def share(self) -> Fraction:
        """How likely chance would come to this order. All orders there are make 1 together, and fewer do not."""
        return Fraction(1, prod(len(turn.ready) for turn in self.turns))


async def every_order(play: Callable[[Order], Awaitable[Played]]) -> AsyncGenerator[Played]:
    """Play every order there is. `play` follows the one it is given, and from there on lets the first go on who can."""
    beginning: Order | None = ()
    while beginning is not None:
        played = await play(beginning)
        assert played.order[: len(beginning)] == beginning
        yield played
        beginning = _next(played)


def _next(played: Played) -> Order | None:
    """Return how the next order begins: as this one, up to the last step where somebody could have gone instead."""
    for number, turn in reversed(list(enumerate(played.turns))):
        others = [each for each in turn.ready if each > turn.who]
        if others:
            return (*played.order[:number], others[0])
    return None


def written(order: Order) -> str:
    return "".join(map(str, order))


def read_order(text: str) -> Order:
    return tuple(int(each) for each in text)
