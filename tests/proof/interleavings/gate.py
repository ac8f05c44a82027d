"""A gate before each statement and each COMMIT of one process, so that somebody else decides when it goes on."""

import asyncio
import re
from typing import Any, Final

import asyncpg
from sqlalchemy import Connection, event

from auth_adapters.postgres import Database

COMMIT: Final = "commit"
ROLLBACK: Final = "roll back"
_TABLE: Final = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|FROM) auth\.(\w+)")
_VERBS: Final = {"INSERT INTO": "add to", "UPDATE": "change", "DELETE FROM": "delete from", "FROM": "read"}


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

    async def reach(self, connection: "asyncpg.Connection[Any]", what: str) -> None:
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
    database.single_statements = database.single_statements.execution_options(isolation_level="READ COMMITTED")

    def reach(connection: Connection, what: str) -> None:
        connection.connection.dbapi_connection.run_async(lambda driver: gate.reach(driver, what))  # type: ignore[union-attr]  # the one of asyncpg has it

    def before_statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        reach(connection, told(statement))

    def after_single_statement(connection: Connection, cursor: Any, statement: str, *_: object) -> None:  # noqa: ANN401 - the driver's
        if not statement.startswith("SELECT") and cursor.rowcount:
            reach(connection, COMMIT)
        connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]  # it is connected

    transactions, single_statements = database.transactions.sync_engine, database.single_statements.sync_engine
    for engine in (transactions, single_statements):
        event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(single_statements, "after_cursor_execute", after_single_statement)
    event.listen(transactions, "commit", lambda connection: reach(connection, COMMIT))
    event.listen(transactions, "rollback", lambda connection: reach(connection, ROLLBACK))
    return gate


def told(statement: str) -> str:
    """Return what a statement does, in as few words as tell it from its neighbours."""
    found = _TABLE.search(statement)
    if found is None:
        return " ".join(statement.split()[:3])
    verb = "lock" if statement.endswith(" FOR NO KEY UPDATE") else _VERBS[found[1]]
    return f"{verb} {found[2].replace('_', ' ')}"
