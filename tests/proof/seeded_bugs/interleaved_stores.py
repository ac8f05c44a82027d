"""Ways to use PostgreSQL that are sound until the statements of two calls come in a certain order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from auth_adapters.postgres.passwords import PostgresPasswords
from auth_adapters.postgres.sessions import PostgresSessions
from auth_adapters.postgres.unit_of_work import PostgresTx
from auth_adapters.postgres.users import PostgresUsers
from auth_core import assemble
from auth_core.assembly import Tx
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.refresh_chain import Advanced
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.model import User, UserStatus
from tests.integration.broken_postgres import LocksNobody, LooksBeforeItAdds, changing, statements_of
from tests.proof.interleavings.stage import Wiring
from tests.proof.seeded_bugs.interleaved_bug import InterleavedBug

_LOOK: Final = text("SELECT generation, ended_at FROM auth.sessions WHERE id = :id")


class ReadsThenWrites:
    """Looks at the chain, judges, and then makes its generation `moved`: more by one than was read, or is."""

    def __init__(self, uow: UnitOfWork[Tx], *, moved: str) -> None:
        self._uow = uow
        self._move = text(
            f"UPDATE auth.sessions SET generation = {moved}, advanced_at = :now, idle_ends_at = :end WHERE id = :id"
        )

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        async with self._uow() as tx:
            statements = statements_of(tx)
            found = await statements.run(_LOOK, id=session_id)
            if found.row is None or found.row.ended_at is not None or found.row.generation != generation:
                return None
            await statements.run(self._move, id=session_id, read=generation, now=now, end=now + idle)
            session = await tx.sessions.lock(session_id)
            principal = await tx.principals.find(session.user_id) if session else None
            return Advanced(session=session, principal=principal) if session and principal else None


class EndsWhatItRead(PostgresSessions):
    """Reads the session without a lock, and writes it back as a whole."""

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        found = await self._statements.run(_LOOK, id=session_id)
        if found.row is None or found.row.ended_at is not None:
            return False
        saved = "UPDATE auth.sessions SET generation = :read, ended_at = :now, ended_because = :because WHERE id = :id"
        await self._statements.run(
            text(saved), id=session_id, read=found.row.generation, now=now, because=because.value
        )
        return True


class EndsNothing(PostgresSessions):
    """Closes the account and thinks that will do."""

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        return 0


class LogsInWithoutALock(PostgresUsers):
    """Looks whether the user is active, and lets them be disabled before the session is there."""

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        user = await self.find(user_id)
        return user if user and user.status is UserStatus.ACTIVE else None


def _changing(change: Callable[[PostgresTx], None]) -> Wiring:
    return lambda ports, policies: assemble(replace(ports, uow=changing(ports.uow, change)), policies)


def _sessions(kind: type[PostgresSessions]) -> Wiring:
    return _changing(lambda tx: setattr(tx, "sessions", kind(statements_of(tx))))


def _users(kind: type[PostgresUsers]) -> Wiring:
    return _changing(lambda tx: setattr(tx, "users", kind(statements_of(tx))))


def _lock_nobody(tx: PostgresTx) -> None:
    tx.passwords = PostgresPasswords(LocksNobody(statements_of(tx)))
    tx.sessions = PostgresSessions(LocksNobody(statements_of(tx)))


def _reading_then_writing(moved: str) -> Wiring:
    return lambda ports, policies: assemble(
        replace(ports, refresh_chains=ReadsThenWrites(ports.uow, moved=moved)), policies
    )


BUGS: Final = (
    InterleavedBug(
        name="the chain is read and then moved on",
        between="refresh || refresh",
        found_as="a link was traded for another than its successor",
        by_way_of=("1 read sessions", "2 read sessions", "1 commit", "2 change sessions", "2 commit"),
        wiring=_reading_then_writing("generation + 1"),
    ),
    InterleavedBug(
        name="the chain is read and then written",
        between="refresh || log out",
        found_as="a session that had ended was changed",
        by_way_of=("1 read sessions", "2 change sessions", "2 commit", "1 commit"),
        wiring=_reading_then_writing(":read + 1"),
    ),
    InterleavedBug(
        name="an end writes the row it read without a lock",
        between="refresh || log out",
        found_as="a session ended at another generation than it had",
        by_way_of=("2 read sessions", "1 commit", "2 change sessions"),
        wiring=_sessions(EndsWhatItRead),
    ),
    InterleavedBug(
        name="a suspension ends no session",
        between="refresh || suspend",
        found_as="a session outlived user.disabled",
        by_way_of=("1 commit", "2 change users", "2 commit"),
        wiring=_sessions(EndsNothing),
    ),
    InterleavedBug(
        name="a log-in does not lock the user",
        between="log in || suspend",
        found_as="a session outlived user.disabled",
        by_way_of=("1 add to sessions", "2 change users", "2 change sessions", "1 commit", "2 commit"),
        wiring=_users(LogsInWithoutALock),
    ),
    InterleavedBug(
        name="a new password does not hold up log-ins",
        between="log in || change password",
        found_as="a session outlived password.changed",
        by_way_of=("1 add to sessions", "2 change passwords", "2 change sessions", "1 commit", "2 commit"),
        wiring=_changing(_lock_nobody),
    ),
    InterleavedBug(
        name="an address is looked for before it is taken",
        between="register || register",
        found_as="the call failed: DatabaseFault",
        by_way_of=("2 read users", "1 commit", "2 add to users"),
        wiring=_users(LooksBeforeItAdds),
    ),
)
