"""Stores that are sound until two calls meet, or one of them is cut off."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from auth_core import Ports
from auth_core.audit.events import AuditEvent
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Advanced
from auth_core.users.model import User
from tests.proof.seeded_bugs.racing_bug import RacingBug
from tests.proof.simulation.accounts import SimUsers, UserRow
from tests.proof.simulation.points import COMMIT, Key, statement
from tests.proof.simulation.rows import Rows, Transaction
from tests.proof.simulation.sessions import SimRefreshChains, SimSessions
from tests.proof.simulation.transactions import SimAuditTrail, SimTx, SimUnitOfWork
from tests.proof.simulation.world import Rewire, Wiring


class ReadsThenWrites(SimRefreshChains):
    """Looks at the session and changes it later, without a lock."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        await statement("read session")
        found: Session | None = self._rows.committed.get(("session", session_id))
        if found is None or found.generation != generation or not found.is_live(now):
            return None
        user: UserRow = self._rows.committed["user", found.user_id]
        await statement("write session")
        transaction = Transaction(self._rows)
        moved_on = replace(found, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
        transaction.write(("session", session_id), moved_on)
        transaction.commit()
        return None if user.principal is None else Advanced(session=moved_on, principal=user.principal)


class AnswersBeforeItCommits(SimRefreshChains):
    """Keeps what it has answered in the process, and stores it with the next call: a crash loses it."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._unwritten: list[Session] = []

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        await statement("write what was left")
        while self._unwritten:
            transaction = Transaction(self._rows)
            transaction.write(("session", self._unwritten[0].id), self._unwritten.pop(0))
            transaction.commit()
        found: Session | None = self._rows.committed.get(("session", session_id))
        if found is None or found.generation != generation or not found.is_live(now):
            return None
        user: UserRow = self._rows.committed["user", found.user_id]
        moved_on = replace(found, generation=generation + 1, advanced_at=now, idle_ends_at=now + idle)
        self._unwritten.append(moved_on)
        return None if user.principal is None else Advanced(session=moved_on, principal=user.principal)


class EndsWhatItRead(SimSessions):
    """Writes the whole row as it was read, and so takes back what happened in between."""

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        await statement("read session")
        key: Key = ("session", session_id)
        found: Session = self._transaction.read(key)
        await statement("end session")
        await self._transaction.lock(key)
        if found.ended_at is not None:
            return False
        self._transaction.write(key, replace(found, ended_at=now, ended_because=because))
        return True


class EndsWithoutTheUser(SimSessions):
    """Ends sessions without keeping log-ins waiting: one that is being opened goes on."""

    async def _end(
        self, user_id: UserId, because: Reason, now: datetime, *, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        await statement("end sessions")
        ended: list[SessionId] = []
        for key in self._not_ended_of(user_id):
            session: Session = await self._transaction.lock(key)
            if session.id != keep and session.ended_at is None:
                self._transaction.write(key, replace(session, ended_at=now, ended_because=because))
                ended.append(session.id)
        return ended


class LocksTheUserLast(SimSessions):
    """Takes its locks in another order than everybody else."""

    async def _end(
        self, user_id: UserId, because: Reason, now: datetime, *, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        for key in self._not_ended_of(user_id):
            await statement("lock session")
            await self._transaction.lock(key)
        return await super()._end(user_id, because, now, keep=keep)


class RaisesNothing(SimUsers):
    """Leaves the security version as it is, and the user unlocked: the ending of sessions has to lock for itself."""

    async def raise_security_version(self, user_id: UserId, *, now: datetime) -> int | None:
        await statement("look at version")
        version: int = self._transaction.read(("user", user_id)).version
        return version


class LogsInWithoutALock(SimUsers):
    """Looks whether the user is active, and lets them be disabled before the session is there."""

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        await statement("look at user")
        row: UserRow = self._transaction.read(("user", user_id))
        return row.user if row.principal else None


class TrailOfItsOwn(SimAuditTrail):
    """Stores an event at once, whatever becomes of the transaction."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(Transaction(rows))

    async def record(self, event: AuditEvent) -> None:
        await super().record(event)
        self._transaction.commit()


class CommitsWhenCancelled(SimUnitOfWork):
    """Takes a cancellation for an end like any other."""

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[SimTx]:
        await statement("begin")
        transaction = Transaction(self._rows)
        try:
            yield SimTx(transaction)
            await COMMIT
            transaction.commit()
        except asyncio.CancelledError:
            transaction.commit()
            raise
        finally:
            transaction.roll_back()


def _chains(kind: Callable[[Rows], SimRefreshChains]) -> Rewire:
    return lambda ports, rows: replace(ports, refresh_chains=kind(rows))


def _transactions(change: Callable[[SimTx, Transaction, Rows], None]) -> Rewire:
    def rewired(ports: Ports, rows: Rows) -> Ports:
        def make_tx(transaction: Transaction) -> SimTx:
            tx = SimTx(transaction)
            change(tx, transaction, rows)
            return tx

        return replace(ports, uow=SimUnitOfWork(rows, make_tx=make_tx))

    return rewired


def _stale_ends(tx: SimTx, transaction: Transaction, _: Rows) -> None:
    tx.sessions = EndsWhatItRead(transaction)


def _ends_without_the_user(tx: SimTx, transaction: Transaction, _: Rows) -> None:
    tx.users = RaisesNothing(transaction)
    tx.sessions = EndsWithoutTheUser(transaction)


def _user_last(tx: SimTx, transaction: Transaction, _: Rows) -> None:
    tx.users = RaisesNothing(transaction)
    tx.sessions = LocksTheUserLast(transaction)


def _log_ins_without_a_lock(tx: SimTx, transaction: Transaction, _: Rows) -> None:
    tx.users = LogsInWithoutALock(transaction)


def _trail_of_its_own(tx: SimTx, _: Transaction, rows: Rows) -> None:
    tx.audit = TrailOfItsOwn(rows)


BUGS: Final = (
    RacingBug(
        name="the chain is read and then written",
        found_as="a chain moved by something other than one link",
        wiring=Wiring(ports=_chains(ReadsThenWrites)),
    ),
    RacingBug(
        name="a refresh is answered before it is committed",
        found_as="a link was given before the chain had moved on for good",
        wiring=Wiring(ports=_chains(AnswersBeforeItCommits)),
    ),
    RacingBug(
        name="an end writes the row it read before",
        found_as="a session ended at another generation than it had",
        wiring=Wiring(ports=_transactions(_stale_ends)),
    ),
    RacingBug(
        name="ending all sessions does not hold up log-ins",
        found_as="a session outlived sessions.ended",
        wiring=Wiring(ports=_transactions(_ends_without_the_user)),
    ),
    RacingBug(
        name="locks are taken in two orders",
        found_as="everybody waits for everybody",
        wiring=Wiring(ports=_transactions(_user_last)),
    ),
    RacingBug(
        name="a log-in does not lock the user",
        found_as="a session was opened for a user who is disabled",
        wiring=Wiring(ports=_transactions(_log_ins_without_a_lock)),
    ),
    RacingBug(
        name="the trail is written outside the transaction",
        found_as="what the trail tells is ['refresh_token.reused",
        wiring=Wiring(ports=_transactions(_trail_of_its_own)),
    ),
    RacingBug(
        name="a cancelled transaction commits",
        found_as="what happened was ['session.ended",
        wiring=Wiring(ports=lambda ports, rows: replace(ports, uow=CommitsWhenCancelled(rows))),
    ),
)
