"""What the database does to us ends in an error that says what the caller can do; the next call is served."""

import asyncio
import time
import traceback
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, DatabaseFault, Deadlines, PostgresPorts, postgres_ports
from auth_core import AuthCore, OutcomeUnknown, Redacted, Unavailable
from auth_core.assembly import Tx
from auth_core.revocation.model import Reason
from auth_core.testing import MovableClock, a_password, a_session, a_user
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.moments import LONG_AGO, NOON
from auth_core.users.model import UserStatus
from tests.integration.postgres.person import signed_in
from tests.integration.postgres.questions import rows

PATIENCE = timedelta(seconds=0.4)


@pytest.fixture
async def impatient(address: Redacted[str]) -> AsyncGenerator[Database]:
    """A service with one connection of each kind that waits for nothing."""
    database = Database(address, pool_size=2, deadlines=Deadlines.of(PATIENCE))
    yield database
    await database.close()


@pytest.fixture
def hurried(impatient: Database, clock: MovableClock) -> PostgresPorts:
    return postgres_ports(impatient, clock=clock)


async def kill_connections(operator: AsyncEngine) -> None:
    killed = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
    assert await rows(operator, f"{killed} AND application_name = 'auth-service'")


@pytest.mark.covers("DB-01")
async def test_a_transaction_whose_connection_is_killed_is_rolled_back_and_the_next_one_works(
    storage: PostgresPorts, operator: AsyncEngine
) -> None:
    user = a_user()

    async def lose_the_connection(tx: Tx) -> None:
        await tx.users.add(user)
        await kill_connections(operator)
        await tx.passwords.add(a_password(user.id), now=NOON)

    with pytest.raises(Unavailable) as refused:
        await in_transaction(storage, lose_the_connection)

    assert not isinstance(refused.value, OutcomeUnknown)
    async with storage.uow() as tx:
        assert await tx.users.find(user.id) is None
        assert await tx.users.add(user)


@pytest.mark.covers("DB-01")
async def test_nobody_can_tell_what_became_of_a_transaction_killed_just_before_its_commit(
    storage: PostgresPorts, operator: AsyncEngine
) -> None:
    async def lose_the_connection(tx: Tx) -> None:
        await tx.users.add(a_user())
        await kill_connections(operator)

    with pytest.raises(OutcomeUnknown):
        await in_transaction(storage, lose_the_connection)


async def test_the_error_of_the_caller_outlives_a_rollback_that_fails(
    storage: PostgresPorts, operator: AsyncEngine
) -> None:
    async def lose_the_connection_and_fail(tx: Tx) -> None:
        await tx.users.add(a_user())
        await kill_connections(operator)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_transaction(storage, lose_the_connection_and_fail)


@pytest.mark.covers("DB-05")
async def test_after_every_connection_was_killed_nobody_notices(
    auth: AuthCore, storage: PostgresPorts, operator: AsyncEngine
) -> None:
    person = await signed_in(auth)
    await kill_connections(operator)
    # Whatever else the loop has to do gives it the time to hear of it.
    await asyncio.sleep(0)

    await person.refresh()
    await person.log_out()


@pytest.mark.covers("DB-03")
async def test_when_all_connections_are_taken_one_is_refused_in_time(hurried: PostgresPorts) -> None:
    async with hurried.uow():
        began = time.monotonic()
        with pytest.raises(Unavailable):
            async with hurried.uow():
                pass
        waited = time.monotonic() - began

    assert PATIENCE.total_seconds() * 0.9 < waited < 2
    async with hurried.uow() as tx:
        assert await tx.roles.list_all()


@pytest.mark.covers("DB-09")
async def test_a_row_that_somebody_holds_is_not_waited_for_long(storage: PostgresPorts, hurried: PostgresPorts) -> None:
    user = a_user()
    session = a_session(user.id)
    async with storage.uow() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)

    async with storage.uow() as tx:
        await tx.sessions.end_all(user.id, because=Reason.LOGGED_OUT, now=NOON)
        with pytest.raises(Unavailable) as refused:
            async with hurried.uow() as other:
                await other.users.record_log_in(user.id, now=NOON)
        with pytest.raises(Unavailable) as refused_too:
            await hurried.refresh_chains.advance(session.id, 0, now=NOON, idle=timedelta(days=1))

    assert type(refused.value) is type(refused_too.value) is Unavailable, "the server has answered: nothing was changed"
    async with hurried.uow() as other:
        assert await other.users.record_log_in(user.id, now=NOON) is not None


@pytest.mark.covers("DB-09")
async def test_a_statement_that_takes_too_long_is_given_up(impatient: Database) -> None:
    with pytest.raises(Unavailable):
        await impatient.single_statements.read(text("SELECT pg_sleep(5)"))

    assert (await impatient.single_statements.read(text("SELECT 1 AS one"))).rows[0].one == 1


@pytest.mark.covers("DB-09")
async def test_a_transaction_that_sits_idle_is_ended_by_the_server(
    hurried: PostgresPorts, operator: AsyncEngine
) -> None:
    sitting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"

    async def sit_idle(tx: Tx) -> None:
        await tx.roles.list_all()
        async with asyncio.timeout(10):
            while await rows(operator, sitting):
                pass
        await tx.roles.list_all()

    with pytest.raises(Unavailable):
        await in_transaction(hurried, sit_idle)

    assert await in_transaction(hurried, lambda tx: tx.roles.list_all())


@pytest.mark.covers("DB-04")
async def test_whoever_loses_a_deadlock_may_try_again(storage: PostgresPorts) -> None:
    users = [a_user(), a_user()]
    async with storage.uow() as tx:
        for user in users:
            await tx.users.add(user)
    both_hold_one = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with storage.uow() as tx:
            await tx.users.record_log_in(users[first].id, now=NOON)
            await both_hold_one.wait()
            await tx.users.record_log_in(users[second].id, now=NOON)

    outcomes = await asyncio.gather(lock(0, 1), lock(1, 0), return_exceptions=True)

    assert sorted(str(outcome is None or type(outcome)) for outcome in outcomes) == [str(Unavailable), "True"]


@pytest.mark.covers("DB-06")
async def test_a_server_that_only_reads_is_left(
    storage: PostgresPorts, database: Database, operator: AsyncEngine, address: Redacted[str]
) -> None:
    name = database.address.url.database
    failed_over = Database(address, pool_size=2)
    ports = postgres_ports(failed_over, clock=MovableClock())
    user = a_user()

    async with operator.connect() as unaffected:
        await unaffected.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        try:
            with pytest.raises(Unavailable) as refused:
                async with ports.uow() as tx:
                    await tx.users.add(user)
            with pytest.raises(Unavailable) as refused_too:
                await ports.ended_sessions.purge(over_before=LONG_AGO, limit=1)
        finally:
            await unaffected.execute(text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))

    assert type(refused.value) is type(refused_too.value) is Unavailable, "the server has answered: nothing was changed"
    await ports.ended_sessions.purge(over_before=LONG_AGO, limit=1)
    async with ports.uow() as tx:  # over a new connection, or it would still read only
        assert await tx.users.add(user)
    await failed_over.close()


@pytest.mark.parametrize("wrong", ["nobody@127.0.0.1:1", "nobody:wrong@{host}:{port}"], ids=["host", "credentials"])
async def test_a_database_that_cannot_be_reached_is_unavailable(database: Database, wrong: str) -> None:
    url = database.address.url
    nowhere = Database(
        Redacted(f"postgresql://{wrong.format(host=url.host, port=url.port)}/nothing"),
        deadlines=Deadlines.of(PATIENCE),
    )
    ports = postgres_ports(nowhere, clock=MovableClock())

    with pytest.raises(Unavailable):
        async with ports.uow():
            pass
    with pytest.raises(Unavailable) as refused:
        await ports.refresh_chains.advance(a_session(a_user().id).id, 0, now=NOON, idle=timedelta(days=1))
    assert not isinstance(refused.value, OutcomeUnknown)
    await nowhere.close()


async def test_a_transaction_in_which_a_statement_failed_never_counts_as_committed(storage: PostgresPorts) -> None:
    user = a_user()

    async def go_on_as_if_nothing_had_been(tx: Tx) -> None:
        await tx.users.add(user)
        with suppress(DatabaseFault):
            await tx.passwords.add(a_password(a_user().id), now=NOON)

    with pytest.raises(DatabaseFault):
        await in_transaction(storage, go_on_as_if_nothing_had_been)

    async with storage.uow() as tx:
        assert await tx.users.find(user.id) is None


async def test_a_mistake_of_ours_is_no_passing_trouble_and_quotes_nobody(storage: PostgresPorts) -> None:
    user, nobody = a_user(), a_user()
    password = a_password(nobody.id)

    async with storage.uow() as tx:
        await tx.users.add(user)

    with pytest.raises(DatabaseFault) as same_id:
        await in_transaction(storage, lambda tx: tx.users.add(replace(a_user(), id=user.id)))
    with pytest.raises(DatabaseFault) as orphan:
        await in_transaction(storage, lambda tx: tx.passwords.add(password, now=NOON))

    assert "users_pkey" in str(same_id.value)
    assert "passwords_user_id_fkey" in str(orphan.value)
    for fault in (same_id, orphan):
        told = "".join(traceback.format_exception(fault.value))
        for secret in (str(user.id), str(nobody.id), user.email.address, password.hash.reveal()):
            assert secret not in told


async def test_passing_trouble_quotes_nobody_either(
    storage: PostgresPorts, hurried: PostgresPorts, operator: AsyncEngine
) -> None:
    user = a_user()
    password = a_password(user.id)
    async with storage.uow() as tx:
        await tx.users.add(user)
        await tx.passwords.add(password, now=NOON)

    async with storage.uow() as tx:
        await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
        with pytest.raises(Unavailable) as refused:
            async with hurried.uow() as other:
                await other.users.record_log_in(user.id, now=NOON)

    async def lose_the_connection(tx: Tx) -> None:
        await tx.users.find_by_email(user.email.canonical)
        await kill_connections(operator)
        await tx.passwords.rehash(user.id, password.hash, version=1)

    with pytest.raises(Unavailable) as killed:
        await in_transaction(storage, lose_the_connection)

    for error in (refused, killed):
        told = "".join(traceback.format_exception(error.value))
        assert "hide_parameters" in told
        for secret in (str(user.id), user.email.address, user.email.canonical, password.hash.reveal()):
            assert secret not in told
