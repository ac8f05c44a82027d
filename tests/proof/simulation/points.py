"""Where a call can be interrupted: the only things that calls of the simulation ever await."""

from collections.abc import Generator
from enum import Enum, auto
from typing import Final, Never

type Key = tuple[str, object]
"""Names a row: its table and its identity."""


class Moment(Enum):
    """What is about to happen at a point; it says what can go wrong there."""

    STATEMENT = auto()
    COMMIT = auto()
    ANSWER = auto()
    HASH = auto()


class Point:
    """Lets the scheduler do something else first, or make this fail."""

    __slots__ = ("label", "moment")

    def __init__(self, moment: Moment, label: str) -> None:
        self.moment = moment
        self.label = label

    def __await__(self) -> Generator["Point"]:
        yield self


class Wait(Point):
    """Waits until nobody holds the row any more."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        super().__init__(Moment.STATEMENT, f"wait for {key[0]}")
        self.key = key


COMMIT: Final = Point(Moment.COMMIT, "commit")
ANSWER: Final = Point(Moment.ANSWER, "answer")
HASH: Final = Point(Moment.HASH, "hash")


def statement(label: str) -> Point:
    """Return the point before a statement."""
    return Point(Moment.STATEMENT, label)


def nobody_does_this() -> Never:
    raise NotImplementedError("no call of the simulation comes here")
