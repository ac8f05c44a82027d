"""What a failure of the database means to whoever asked: the one table."""

from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Final, NoReturn

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from auth_core.errors import OutcomeUnknown, Unavailable

# Beginnings of SQLSTATE (PostgreSQL, appendix A). After these the connection is of no use.
_BROKEN: Final = (
    "08",  # connection exceptions
    "25P03",  # idle in transaction for too long
    "25P04",  # in transaction for too long
    "57P",  # shut down, crashed, starting up, database dropped
)
# The server said no and is well; asking again may help.
_LATER: Final = (
    "0A000",  # a plan was made before the schema changed
    "25006",  # a server that only reads, after a failover
    "40",  # serialization failure, deadlock: this side lost
    "53",  # out of connections, memory or disk
    "55P03",  # a lock was not to be had in time
    "57014",  # the statement took too long
    "58",  # the machine below fails
)
# To reach the same server again would not help: the next connection looks for one that takes writes.
_LEAVE: Final = (*_BROKEN, "25006")


UNIQUE_VIOLATION: Final = "23505"

FAILURES: Final = (SQLAlchemyError, PostgresError, InterfaceError, InternalClientError, OSError)
"""What the database and its driver raise."""


class Moment(Enum):
    """What was being done."""

    CONNECTING = auto()
    WORKING = auto()
    COMMITTING = auto()


class ConnectionLost(Unavailable):
    """The connection broke while nothing had been committed: asking again on another one is harmless."""


class DatabaseFault(Exception):
    """An answer nobody has planned for: a mistake in a statement, or damaged data.

    It names the kind of error and the place in the schema. What the driver says besides may quote a row, and is not
    repeated.
    """

    def __init__(self, kind: str, sqlstate: str | None, place: str) -> None:
        super().__init__(f"{kind} (SQLSTATE {sqlstate or 'unknown'}){place}")
        self.sqlstate = sqlstate


@contextmanager
def told_plainly(moment: Moment) -> Generator[None]:
    """Turn what the database and its driver raise into errors of the core.

    Raises: Unavailable, ConnectionLost, OutcomeUnknown; DatabaseFault for all else.
    """
    try:
        yield
    except FAILURES as error:
        tell_plainly(error, moment)


def tell_plainly(error: Exception, moment: Moment) -> NoReturn:
    """Tell what one of the `FAILURES` means.

    Raises: Unavailable, ConnectionLost, OutcomeUnknown; DatabaseFault for all else.
    """
    later = _later(error, moment)
    if later is None:
        raise _fault(error) from None
    raise later from error


def is_end_of_connection(error: BaseException) -> bool:
    """Say whether a connection that has raised this must not be used again."""
    return isinstance(error, OSError) or (sqlstate_of(error) or "").startswith(_LEAVE)


def _later(error: Exception, moment: Moment) -> Unavailable | None:
    """Return what the caller is told, None for what is no passing trouble."""
    sqlstate = sqlstate_of(error) or ""
    # Whatever keeps us from connecting, a wrong password too, is mended by somebody else than the caller.
    if sqlstate.startswith(_LATER) or moment is Moment.CONNECTING:
        return Unavailable(Unavailable.SHORTLY)
    broken = (
        isinstance(error, OSError | InternalClientError)  # the latter when a connection ends in the middle of an answer
        or (isinstance(error, DBAPIError) and error.connection_invalidated)
        or sqlstate.startswith(_BROKEN)
    )
    if not broken:
        return None
    if moment is Moment.COMMITTING:
        return OutcomeUnknown(Unavailable.SHORTLY)
    if isinstance(error, TimeoutError):  # who has waited so long does not wait once more
        return Unavailable(Unavailable.SHORTLY)
    return ConnectionLost(Unavailable.SHORTLY)


def _fault(error: BaseException) -> DatabaseFault:
    driver_error = _driver_error(error)
    parts = (getattr(driver_error, name, None) for name in ("table_name", "column_name", "constraint_name"))
    place = " ".join(part for part in parts if part)
    return DatabaseFault(type(driver_error).__name__, sqlstate_of(error), f" at {place}" if place else "")


def sqlstate_of(error: BaseException) -> str | None:
    """Return the server's code for what went wrong; None when it was not the server who said so."""
    sqlstate = getattr(_driver_error(error), "sqlstate", None)
    return sqlstate if isinstance(sqlstate, str) else None


def _driver_error(error: BaseException) -> BaseException:
    """Return what the driver itself raised, below the layers of SQLAlchemy."""
    below = error.orig if isinstance(error, DBAPIError) else error
    if below is None:
        return error
    return below.__cause__ or below
