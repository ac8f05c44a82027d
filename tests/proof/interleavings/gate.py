"""A gate before each statement and each COMMIT of one process, so that somebody else decides when it goes on."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final, override

import asyncpg
from sqlalchemy import Connection, event

from auth_adapters.postgres import Database
from auth_adapters.postgres.connections_at_hand import ConnectionsAtHand, Pooled
from auth_adapters.postgres.prepared import Prepared
from auth_adapters.postgres.single_statements import SingleStatements
from auth_adapters.postgres.statements import Answer

COMMIT: Final = "commit"
ROLLBACK: Final = "roll back"
_TABLE: Final = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|FROM) auth\.(\w+)")
_VERBS: Final = {"INSERT INTO": "add to", "UPDATE": "change", "DELETE FROM": "delete from", "FROM": "read"}


type Driver = asyncpg.Connection[Any] | Pooled


class Gate:
    """Open until it is shut. Once shut, whoever comes waits in front of it, and is let through step by step.

    `before` is what is about to be done in front of the gate; `pids` are the servers of this process's connections.
    """

    def __init__(self) -> None:
        self.before: str | None = None
        self.pids: set[int] = set()
        self.moved = asyncio.Event()
        self._is_shut = False
        self._let = asyncio.Event()

    def shut(self) -> None:
        self._is_shut = True
        self.moved.clear()

    def open(self) -> None:
        self._is_shut = False
        self.let_through()

    def let_through(self) -> None:
        """Let the one in front go on, as far as the next time they come here."""
        self.before = None
        self.moved.clear()
        self._let.set()

    def nobody_comes(self, _: object) -> None:
        """Take note that whoever was on their way has come to an end elsewhere."""
        self.moved.set()

    async def reach(self, connection: Driver, what: str) -> None:
        """Wait to be let through."""
        self.pids.add(connection.get_server_pid())
        if not self._is_shut:
            return
        self._let.clear()
        self.before = what
        self.moved.set()
        await self._let.wait()


def gated(database: Database) -> Gate:
    """Put a gate before all that `database` sends.

    A single statement commits by itself, and may take any time to do so: that is shown here by a transaction of its
    own, with a gate before its COMMIT. Whoever waits for its row waits for that. BEGIN goes along with the statement
    after it, as it sees nothing and locks nothing.
    """
    gate = Gate()
    database.single_statements = _GatedStatements(gate, database)

    def reach(connection: Connection, what: str) -> None:
        connection.connection.dbapi_connection.run_async(lambda driver: gate.reach(driver, what))  # type: ignore[union-attr]  # the one of asyncpg has it

    def before_statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        reach(connection, told(statement))

    transactions = database.transactions.sync_engine
    event.listen(transactions, "before_cursor_execute", before_statement)
    event.listen(transactions, "commit", lambda connection: reach(connection, COMMIT))
    event.listen(transactions, "rollback", lambda connection: reach(connection, ROLLBACK))
    return gate


class _GatedStatements(SingleStatements):
    """Single statements, each in a transaction of its own."""

    def __init__(self, gate: Gate, database: Database) -> None:
        super().__init__(database.address, database.deadlines, most=database.single_statements.state.most)
        self._gate = gate

    @override
    async def _ask(
        self,
        connections: ConnectionsAtHand,
        connection: Pooled,
        asked: Prepared,
        values: Mapping[str, object],
    ) -> Answer:
        await self._gate.reach(connection, told(asked.text))
        async with connection.transaction():
            answer = await super()._ask(connections, connection, asked, values)
            if answer.count and not asked.text.startswith("SELECT"):
                await self._gate.reach(connection, COMMIT)
        return answer


def told(statement: str) -> str:
    """Return what a statement does, in as few words as tell it from its neighbours."""
    found = _TABLE.search(statement)
    if found is None:
        return " ".join(statement.split()[:3])
    verb = "lock" if statement.endswith(" FOR NO KEY UPDATE") else _VERBS[found[1]]
    return f"{verb} {found[2].replace('_', ' ')}"
