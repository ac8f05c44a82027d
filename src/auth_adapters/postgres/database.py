"""The connections of one process to its database."""

from collections.abc import Mapping
from typing import Any, Final, cast, final

from asyncpg import Connection
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from auth_adapters.postgres.address import DatabaseAddress
from auth_adapters.postgres.deadlines import Deadlines
from auth_adapters.postgres.listening import Listening
from auth_adapters.postgres.pools import PoolState, driver_settings
from auth_adapters.postgres.single_statements import SingleStatements
from auth_adapters.postgres.violations import is_end_of_connection
from auth_core.redacted import Redacted

_MOST_FOR_SINGLE_STATEMENTS: Final = 4


@final
class Database:
    """Two pools: `transactions`, and `single_statements` that commit by themselves; and one connection `apart`.

    The connection `apart` is for what must go on while all others are taken, and for listening.
    """

    def __init__(
        self,
        address: Redacted[str],
        *,
        pool_size: int = 8,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    ) -> None:
        """Connect to nothing yet. `pool_size` bounds both pools together; the connection apart is not counted.

        Raises: InvalidDatabaseAddress.
        """
        if pool_size < 2:
            raise ValueError("pool_size must be at least 2: one for transactions, one for single statements")
        self.address = DatabaseAddress.parse(address.reveal())
        single = min(_MOST_FOR_SINGLE_STATEMENTS, pool_size // 2)
        self.transactions = create_async_engine(
            **_common(self.address, deadlines), pool_size=pool_size - single, pool_pre_ping=True
        )
        self.single_statements = SingleStatements(self.address, deadlines, most=single)
        self.apart = create_async_engine(
            **_common(self.address, deadlines), pool_size=1, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self.deadlines = deadlines
        self._listening: dict[str, Listening] = {}
        event.listen(self.apart.sync_engine, "checkout", _replace_closed)
        for engine in (self.transactions, self.apart):
            event.listen(engine.sync_engine, "handle_error", _leave_broken)

    async def close(self) -> None:
        """Close all connections that nobody is using."""
        for engine in (self.transactions, self.apart):
            await engine.dispose()
        await self.single_statements.close()

    def listening(self, channel: str) -> Listening:
        """Return who listens to `channel` on the connection apart."""
        known = self._listening.get(channel)
        if known is None:
            known = self._listening[channel] = Listening(self.apart, channel=channel)
        return known

    def pools(self) -> Mapping[str, PoolState]:
        """Return how the connections are used at this moment."""
        return {
            "transactions": _state_of(self.transactions),
            "single_statements": self.single_statements.state,
            "apart": _state_of(self.apart),
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.address)!r})"


def _common(address: DatabaseAddress, deadlines: Deadlines) -> dict[str, Any]:
    return {
        "url": address.url,
        "hide_parameters": True,
        "max_overflow": 0,
        "pool_timeout": deadlines.acquire.total_seconds(),
        "connect_args": driver_settings(address, deadlines),
    }


def _state_of(engine: AsyncEngine) -> PoolState:
    pool = cast("QueuePool", engine.pool)
    return PoolState(used=pool.checkedout(), idle=pool.checkedin(), most=pool.size())


def _leave_broken(context: ExceptionContext) -> None:
    """Say which connections are of no use any more: SQLAlchemy itself knows only those that are closed already."""
    error = context.original_exception
    if not is_end_of_connection(error):
        return
    context.is_disconnect = True
    # One answer that never came says nothing about the other connections.
    context.invalidate_pool_on_disconnect = not isinstance(error, TimeoutError)
    if isinstance(error, OSError) and context.connection is not None and not context.connection.invalidated:
        # Nobody is there to take leave of; trying to would take seconds.
        cast("Connection", context.connection.connection.driver_connection).terminate()


def _replace_closed(_dbapi_connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Exchange a connection whose end was noticed while it lay idle, without asking the server."""
    if cast("Connection", entry.driver_connection).is_closed():
        raise DisconnectionError
