"""PostgreSQL used the way it is used too often: the contracts notice."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from auth_adapters.postgres import Database, DatabaseFault, PostgresPorts, postgres_ports
from auth_adapters.postgres.access import PostgresRoles
from auth_adapters.postgres.passwords import PostgresPasswords
from auth_adapters.postgres.revocation import CHANNEL, PostgresRevocations
from auth_adapters.postgres.revocation_feed import PostgresRevocationFeed
from auth_adapters.postgres.sessions import PostgresSessions
from auth_adapters.postgres.statements import Alone, InTransaction, OnEngine
from auth_adapters.postgres.unit_of_work import PostgresTx
from auth_adapters.postgres.users import PostgresUsers
from auth_core.assembly import Tx
from auth_core.errors import Unavailable
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Revocation, SessionRevocation
from auth_core.sessions.refresh_chain import Advanced
from auth_core.testing import MovableClock
from auth_core.testing.contracts.passwords import PasswordsContract
from auth_core.testing.contracts.refresh_chains import RefreshChainsContract
from auth_core.testing.contracts.revocation_feed import RevocationFeedContract
from auth_core.testing.contracts.roles import RolesContract
from auth_core.testing.contracts.sessions import SessionsContract
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.unit_of_work import UnitOfWorkContract
from auth_core.testing.contracts.users import UsersContract
from auth_core.users.model import User
from tests.integration.broken_postgres import LocksNobody, LooksBeforeItAdds, changing, statements_of
from tests.unit.contracts.mutation import caught_by


class CheckThenAct:
    """Looks at the chain, judges, and only then moves it on: two looks may see the same link."""

    def __init__(self, storage: PostgresPorts) -> None:
        self._storage = storage

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        async with self._storage.uow() as tx:
            statements = statements_of(tx)
            found = await statements.run(
                text("SELECT user_id, generation FROM auth.sessions WHERE id = :id AND ended_at IS NULL"), id=session_id
            )
            if found.row is None or found.row.generation != generation:
                return None
            await statements.run(text("SELECT pg_sleep(0.02)"))  # long enough for others to have looked as well
            await statements.run(
                text("UPDATE auth.sessions SET generation = :next, advanced_at = :now WHERE id = :id"),
                id=session_id,
                next=generation + 1,
                now=now,
            )
            session = await tx.sessions.lock(session_id)
            principal = await tx.principals.find(found.row.user_id)
            assert session is not None
            return None if principal is None else Advanced(session=session, principal=principal)


class CommitsWhateverHappens:
    """Writes down at the end what was done, whether it went well or not."""

    def __init__(self, database: Database) -> None:
        self._engine = database.transactions

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        async with self._engine.connect() as connection:
            try:
                yield PostgresTx(InTransaction(connection))
            finally:
                await connection.commit()


class CommitsEachStatement:
    """Gives single statements for a transaction."""

    def __init__(self, database: Database) -> None:
        self._engine = database.transactions.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        async with self._engine.connect() as connection:
            yield PostgresTx(InTransaction(connection))


@caught_by("test_of_many_at_once_one_advances")
class TestCheckThenAct(RefreshChainsContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        return replace(storage, refresh_chains=CheckThenAct(storage))


@caught_by("test_an_exception_rolls_everything_back", "test_a_cancellation_rolls_everything_back")
class TestCommitsWhateverHappens(UnitOfWorkContract):
    @pytest.fixture
    def storage(self, database: Database, clock: MovableClock) -> Storage:
        return replace(postgres_ports(database, clock=clock), uow=CommitsWhateverHappens(database))


@caught_by(
    "test_an_exception_rolls_everything_back",
    "test_a_cancellation_rolls_everything_back",
    "test_what_has_begun_is_seen_by_nobody_else",
)
class TestCommitsEachStatement(UnitOfWorkContract):
    @pytest.fixture
    def storage(self, database: Database, clock: MovableClock) -> Storage:
        return replace(postgres_ports(database, clock=clock), uow=CommitsEachStatement(database))


@caught_by("test_of_many_who_want_an_address_at_once_one_gets_it", raises=(DatabaseFault, Unavailable))
class TestLooksBeforeItAdds(UsersContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.users = LooksBeforeItAdds(statements_of(tx))

        return replace(storage, uow=changing(storage.uow, change))


@caught_by("test_a_log_in_waits_for_the_end_of_no_session_too")
class TestEndsSessionsWithoutALock(SessionsContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.sessions = PostgresSessions(LocksNobody(statements_of(tx)))

        return replace(storage, uow=changing(storage.uow, change))


class StampsNobody(PostgresUsers):
    """Looks at the user where it should lock them."""

    async def record_log_in(self, user_id: UserId, *, now: datetime) -> User | None:
        found = await self.find(user_id)
        await self._statements.run(text("SELECT pg_sleep(0.02)"))  # long enough for others to have looked as well
        return found


@caught_by("test_of_many_who_log_in_at_once_each_is_told_of_those_before")
class TestLogsInWithoutALock(SessionsContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.users = StampsNobody(statements_of(tx))

        return replace(storage, uow=changing(storage.uow, change))


@caught_by("test_a_log_in_waits_for_a_change_and_sees_it")
class TestChangesPasswordsWithoutALock(PasswordsContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.passwords = PostgresPasswords(LocksNobody(statements_of(tx)))

        return replace(storage, uow=changing(storage.uow, change))


@caught_by(
    "test_of_two_last_holders_one_stays",
    "test_whoever_wants_to_see_what_is_held_waits_for_who_changes_it",
    "test_a_change_of_status_waits_for_who_has_seen_what_is_held",
    "test_no_two_change_roles_at_once",
    "test_a_role_that_is_being_given_is_not_removed",
    raises=(AssertionError, DatabaseFault),
)
class TestLooksAtRolesWithoutALock(RolesContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.roles = PostgresRoles(LocksNobody(statements_of(tx)))

        return replace(storage, uow=changing(storage.uow, change))


@caught_by("test_what_was_written_first_and_committed_last_is_told")
class TestLooksAtNothingTwice(RevocationFeedContract):
    """Reaches back not at all: what was written before a look and committed after it is never seen."""

    @pytest.fixture
    def storage(self, storage: PostgresPorts, database: Database, clock: MovableClock) -> Storage:
        feed = PostgresRevocationFeed(
            OnEngine(database.apart),
            listening=database.listening(CHANNEL),
            clock=clock,
            poll=timedelta(seconds=0.5),
            overlap=timedelta(microseconds=1),
        )
        return replace(storage, revocation_feed=feed)


@caught_by("test_whoever_waits_is_told_as_soon_as_it_happens", raises=(TimeoutError,))
class TestNeitherHearsNorPolls(RevocationFeedContract):
    at_once = 0.3

    @pytest.fixture
    def storage(self, storage: PostgresPorts, database: Database, clock: MovableClock) -> Storage:
        feed = PostgresRevocationFeed(
            OnEngine(database.apart),
            listening=None,
            clock=clock,
            poll=timedelta(hours=1),
            overlap=timedelta(minutes=1),
        )
        return replace(storage, revocation_feed=feed)


class TellsItAtOnce(PostgresRevocations):
    """Writes over another connection, which does not wait for the transaction."""

    elsewhere: Alone

    async def add(self, *revocations: Revocation) -> None:
        for each in revocations:
            if isinstance(each, SessionRevocation):
                await self.elsewhere.write(
                    text("INSERT INTO auth.revocations (subject, until, written_at) VALUES (:id, :until, now())"),
                    id=each.session_id,
                    until=each.until,
                )


@caught_by("test_what_is_rolled_back_is_never_told", "test_what_is_not_committed_yet_is_not_told")
class TestTellsItAtOnce(RevocationFeedContract):
    @pytest.fixture
    def storage(self, storage: PostgresPorts, database: Database) -> Storage:
        def change(tx: PostgresTx) -> None:
            tx.revocations = TellsItAtOnce(statements_of(tx), notify=False)
            tx.revocations.elsewhere = database.single_statements

        return replace(storage, uow=changing(storage.uow, change))
