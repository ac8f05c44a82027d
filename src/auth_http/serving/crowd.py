"""How many connections there may be, and who makes room when there are too many.

Whoever has asked something is served. Whoever only holds a connection, and has done so for longest, gives it up for the
one who comes: that is a client that has been idle for a while and connects anew, or somebody who holds connections to
keep others out.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol


class Guest(Protocol):
    """A connection."""

    @property
    def source(self) -> str | None:
        """Whose it is; None for those of our own proxies, which are many people's."""
        ...

    def make_room(self) -> None:
        """Hang up: somebody else needs the place."""
        ...


@dataclass(slots=True)
class _Waiting:
    """Those of whom we await a request, whoever has been waited for longest first."""

    all: dict[Guest, None] = field(default_factory=dict["Guest", None])
    of: dict[str, dict[Guest, None]] = field(default_factory=dict[str, dict["Guest", None]])


class Crowd:
    """Admits up to `most` connections, up to `most_of_one` of them from one source."""

    def __init__(self, *, most: int, most_of_one: int) -> None:
        if not 1 <= most_of_one <= most:
            raise ValueError("most_of_one must lie between 1 and most")
        self.most = most
        self.most_of_one = most_of_one
        self.turned_away = 0
        self._inside = 0
        self._inside_of: Counter[str] = Counter()
        self._waiting = _Waiting()

    @property
    def inside(self) -> int:
        """How many there are."""
        return self._inside

    def enter(self, guest: Guest) -> bool:
        """Take a place, of somebody else if need be; False when everybody inside is being served."""
        source = guest.source
        if source is not None and self._inside_of[source] >= self.most_of_one:
            given_up = next(iter(self._waiting.of.get(source, ())), None)
        elif self._inside >= self.most:
            given_up = next(iter(self._waiting.all), None)
        else:
            self._come(guest, source)
            return True
        if given_up is None:
            self.turned_away += 1
            return False
        self.leave(given_up)
        given_up.make_room()
        self._come(guest, source)
        return True

    def ask(self, guest: Guest) -> None:
        """Note that a whole request has come: it will be answered."""
        self._waiting.all.pop(guest, None)
        if guest.source is not None and (same := self._waiting.of.get(guest.source)) is not None:
            same.pop(guest, None)
            if not same:
                del self._waiting.of[guest.source]

    def wait(self, guest: Guest) -> None:
        """Note that everything has been answered."""
        self._waiting.all[guest] = None
        if guest.source is not None:
            self._waiting.of.setdefault(guest.source, {})[guest] = None

    def leave(self, guest: Guest) -> None:
        """Give the place back. Whoever was turned away, or has left already, must not."""
        self.ask(guest)
        self._inside -= 1
        if guest.source is not None:
            self._inside_of[guest.source] -= 1
            if not self._inside_of[guest.source]:
                del self._inside_of[guest.source]

    def _come(self, guest: Guest, source: str | None) -> None:
        self._inside += 1
        if source is not None:
            self._inside_of[source] += 1
        self.wait(guest)
