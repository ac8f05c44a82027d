"""A store like PostgreSQL at READ COMMITTED, as far as the core can tell: statements, row locks, transactions.

A statement sees what was committed when it began. A change locks its row; whoever finds it locked waits until the
other transaction is over, and then looks at the row again as it is by then. Nothing else is shared, so transactions
interleave statement by statement.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.proof.simulation.points import Key, Wait


@dataclass(frozen=True, slots=True)
class Change:
    """One row, as it was committed before and as it is now."""

    key: Key
    old: Any
    new: Any


type Watcher = Callable[[list[Change]], None]


@dataclass(slots=True)
class Rows:
    """What is committed, and who has locked what. `watcher` is told of every commit."""

    committed: dict[Key, Any]
    watcher: Watcher
    locks: dict[Key, "Transaction"] = field(default_factory=dict[Key, "Transaction"])

    def of(self, table: str) -> list[Key]:
        """Return the keys of a table, in the order in which rows were made."""
        return [key for key in self.committed if key[0] == table]


class Transaction:
    """Everything between two moments that comes into force at once, or never."""

    __slots__ = ("_held", "_rows", "_writes")

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._writes: dict[Key, Any] = {}
        self._held: list[Key] = []

    def read(self, key: Key) -> Any:  # noqa: ANN401 - each table has rows of its own
        """Return the row as a statement sees it that begins now; None when there is none."""
        return self._writes.get(key) or self._rows.committed.get(key)

    def keys(self, table: str) -> Iterator[Key]:
        """Return the rows a statement finds that begins now."""
        mine = [key for key in self._writes if key[0] == table and key not in self._rows.committed]
        return iter([*self._rows.of(table), *mine])

    async def lock(self, key: Key) -> Any:  # noqa: ANN401 - as above
        """Lock the row, and return it as it is then."""
        while self._rows.locks.get(key, self) is not self:
            await Wait(key)
        if key not in self._rows.locks:
            self._rows.locks[key] = self
            self._held.append(key)
        return self.read(key)

    def write(self, key: Key, value: object) -> None:
        """Make the row what it will be when this commits. One that exists must be locked."""
        self._writes[key] = value

    def commit(self) -> None:
        committed = self._rows.committed
        changes = [Change(key, committed.get(key), new) for key, new in self._writes.items()]
        committed.update(self._writes)
        self.roll_back()
        if changes:
            self._rows.watcher(changes)

    def roll_back(self) -> None:
        """Give up everything that was not committed, and all locks."""
        self._writes = {}
        for key in self._held:
            del self._rows.locks[key]
        self._held = []


def rows_of(tables: Mapping[str, Mapping[Any, Any]]) -> dict[Key, Any]:
    """Return the rows of whole tables."""
    return {(table, identity): value for table, values in tables.items() for identity, value in values.items()}
