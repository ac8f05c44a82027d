"""People are erased while they, and others, do something else: nobody is half gone, and the trail stays whole."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database
from auth_core import AuthCore, AuthError, Origin, Redacted
from auth_core.audit.verdict import Whole
from auth_core.testing import MovableClock, an_origin
from tests.integration.databases import Databases
from tests.integration.postgres.person import PASSWORD, Person, auth_over, registered, signed_in
from tests.integration.postgres.questions import scalar

ROUNDS = 6
LONG = timedelta(days=31)

# Somebody who goes by another grace, or another clock: what counts is the row.
RESTORE = text("UPDATE auth.users SET status = deleted_from, deleted_at = NULL, deleted_from = NULL WHERE id = :id")


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: whoever purges meets nobody of another."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def auth(database: Database, clock: MovableClock) -> AuthCore:
    return await auth_over(database, clock)


@pytest.fixture
async def other_process(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


async def left_of(operator: AsyncEngine, person: Person) -> dict[str, int]:
    """Return in which tables there is still something of them, and how much."""
    tables = {
        "users": "id",
        "passwords": "user_id",
        "former_passwords": "user_id",
        "sessions": "user_id",
        "role_assignments": "user_id",
        "one_time_tokens": "user_id",
    }
    found = {
        table: await scalar(operator, f"SELECT count(*) FROM auth.{table} WHERE {column} = :id", id=person.id)
        for table, column in tables.items()
    }
    personal = "(address IS NOT NULL OR user_agent IS NOT NULL OR details <> '{}')"
    found["audit_events"] = await scalar(
        operator,
        f"SELECT count(*) FROM auth.audit_events WHERE (subject = :id OR actor = :id) AND {personal}",
        id=person.id,
    )
    return {table: int(str(count)) for table, count in found.items() if count}


@pytest.mark.covers("AUZ-12", "R-L1")
async def test_nothing_is_left_in_any_table_and_the_trail_is_whole(auth: AuthCore, operator: AsyncEngine) -> None:
    person, bystander = await signed_in(auth), await signed_in(auth)
    await auth.audit.seal()
    await auth.users.leave(user_id=person.id, session_id=person.session_id, password=PASSWORD, origin=an_origin())

    await auth.users.erase(user_id=person.id, actor=None, origin=Origin())

    await auth.audit.seal()
    assert await left_of(operator, person) == {}
    assert set(await left_of(operator, bystander)) >= {"users", "passwords", "sessions", "audit_events"}
    assert isinstance(await auth.audit.verify(), Whole)
    again = await auth.users.create(
        email=person.email, password=PASSWORD, first_name="A", last_name="L", actor=None, origin=Origin()
    )
    assert again.id != person.id


async def test_an_erasure_and_a_restoration_at_once_leave_all_or_nothing(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    ends: set[str] = set()
    for _ in range(ROUNDS):
        person = await registered(auth)
        await auth.users.delete(user_id=person.id, actor=None, origin=Origin())

        outcomes = await asyncio.gather(
            auth.users.erase(user_id=person.id, actor=None, origin=Origin()),
            other_process.users.restore(user_id=person.id, actor=None, origin=Origin()),
            return_exceptions=True,
        )

        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert [isinstance(each, AuthError) for each in failed] == [True], outcomes
        ends.add(failed[0].code if isinstance(failed[0], AuthError) else "")
        if outcomes[0] is failed[0]:
            await person.log_in()
        else:
            assert set(await left_of(operator, person)) <= {"audit_events"}
    assert ends <= {"user_not_found", "user_not_deleted"}
    await auth.audit.seal()
    assert isinstance(await auth.audit.verify(), Whole)


async def test_no_session_outlives_an_erasure(auth: AuthCore, other_process: AuthCore, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(auth)
        elsewhere = Person(other_process, person.id, person.email, person.tokens)

        await asyncio.gather(
            elsewhere.log_in(),
            elsewhere.refresh(),
            auth.users.erase(user_id=person.id, at_once=True, actor=None, origin=Origin()),
            return_exceptions=True,
        )

        left = await left_of(operator, person)
        assert set(left) <= {"audit_events"}, left


async def test_two_processes_that_purge_erase_each_once_and_nobody_who_was_restored(
    auth: AuthCore, other_process: AuthCore, clock: MovableClock, operator: AsyncEngine
) -> None:
    people = [await registered(auth) for _ in range(24)]
    restored, stays = people[::6], await signed_in(auth)
    for person in people:
        await auth.users.delete(user_id=person.id, actor=None, origin=Origin())
    clock.advance(LONG)

    async def restore(person: Person) -> None:
        async with operator.connect() as connection:
            await connection.execute(RESTORE, {"id": person.id})

    await asyncio.gather(*map(restore, restored[:2]))
    first, second, *_ = await asyncio.gather(
        auth.upkeep.erase_deleted(), other_process.upkeep.erase_deleted(), *map(restore, restored[2:])
    )

    assert first is not None
    assert second is not None
    left = int(str(await scalar(operator, "SELECT count(*) FROM auth.users")))
    assert first + second == 25 - left
    assert await scalar(operator, "SELECT count(*) FROM auth.audit_events WHERE kind = 'user.erased'") == 25 - left
    for person in [*restored[:2], stays]:
        await person.log_in()
    await auth.audit.seal()
    assert isinstance(await auth.audit.verify(), Whole)


async def test_whoever_is_restored_while_a_purge_waits_for_them_stays(
    auth: AuthCore, address: Redacted[str], clock: MovableClock, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    await auth.users.delete(user_id=person.id, actor=None, origin=Origin())
    clock.advance(LONG)
    engine = create_async_engine(address.reveal(), poolclass=NullPool)

    async with engine.begin() as restoring:
        await restoring.execute(RESTORE, {"id": person.id})
        purging = asyncio.create_task(auth.upkeep.erase_deleted())
        async with asyncio.timeout(10):
            while not await scalar(operator, "SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)

    assert await purging == 0
    await person.log_in()
    await engine.dispose()
