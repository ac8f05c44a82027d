"""What a log-in costs besides the hash, and that however many come at once, nobody has too many sessions."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import asyncpg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.memory import FOR_TESTS
from auth_adapters.postgres import Database
from auth_adapters.postgres.sessions import SESSIONS
from auth_core import AuthCore, Origin, RevokedToken, SessionPolicy
from auth_core.login.model import LoggedIn
from auth_core.testing import MovableClock
from tests.integration.postgres.person import PASSWORD, Person, auth_over, registered, signed_in
from tests.integration.postgres.questions import events_of, rows, scalar
from tests.integration.postgres.test_refresh_cost import statements_of

HERE = Origin(address="192.0.2.1", user_agent="curl/8.5.0")


async def auth_with(database: Database, clock: MovableClock, most: int) -> AuthCore:
    return await auth_over(database, clock, policies=replace(FOR_TESTS, sessions=SessionPolicy(most=most)))


@contextmanager
def executed_on(engine: AsyncEngine) -> Generator[list[tuple[str, Sequence[object]]]]:
    """Give the list of the statements that are executed meanwhile, with their values."""
    executed: list[tuple[str, Sequence[object]]] = []

    def keep(_connection: Connection, _cursor: object, statement: str, values: Sequence[object], *_: object) -> None:
        executed.append((statement, values))

    event.listen(engine.sync_engine, "before_cursor_execute", keep)
    try:
        yield executed
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", keep)


async def log_in(person: Person, origin: Origin = HERE) -> LoggedIn:
    return await person.auth.login.log_in(email=person.email, password=PASSWORD, origin=origin)


@pytest.mark.covers("SES-03")
@pytest.mark.parametrize("most", [1, 5])
async def test_of_twenty_log_ins_at_once_as_many_sessions_are_left_as_there_may_be(
    database: Database, clock: MovableClock, operator: AsyncEngine, most: int
) -> None:
    auth = await auth_with(database, clock, most)
    person = await registered(auth)

    done = await asyncio.gather(*(log_in(person) for _ in range(20)))

    left = {each.id for each in await auth.sessions.list(user_id=person.id)}
    assert len(left) == most
    assert (await events_of(operator, person.id)).count("session.ended") == 20 - most
    for each in done:
        token = each.tokens.access_token.reveal()
        if each.tokens.session.id in left:
            await auth.tokens.verify_access_token(token=token)
        else:
            with pytest.raises(RevokedToken):
                await auth.tokens.verify_access_token(token=token)


@pytest.mark.covers("SES-03")
async def test_at_no_moment_are_there_too_many(database: Database, clock: MovableClock, operator: AsyncEngine) -> None:
    """Two processes serve log-ins; whoever looks in between never sees more than there may be."""
    processes = [await auth_with(database, clock, 3) for _ in range(2)]
    person = await registered(processes[0])
    live = "SELECT count(*) FROM auth.sessions WHERE user_id = :user_id AND ended_at IS NULL"
    seen: list[int] = []
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            seen.append(await scalar(operator, live, user_id=person.id))

    watching = asyncio.create_task(watch())
    people = [replace(person, auth=processes[number % 2]) for number in range(20)]
    await asyncio.gather(*(log_in(each) for each in people))
    done.set()
    await watching

    assert max(seen) == await scalar(operator, live, user_id=person.id) == 3


async def test_a_log_in_that_had_to_end_a_session_beside_its_refresh_leaves_no_deadlock(
    database: Database, clock: MovableClock
) -> None:
    auth = await auth_with(database, clock, 1)
    for _ in range(15):
        person = await signed_in(auth)

        outcomes = await asyncio.gather(
            person.refresh(), log_in(person), person.log_out(), person.log_out_elsewhere(), return_exceptions=True
        )

        assert isinstance(outcomes[1], LoggedIn)
        assert len(await auth.sessions.list(user_id=person.id)) <= 1


async def test_the_usual_log_in_looks_at_other_sessions_in_the_statement_that_adds_its_own(
    database: Database, clock: MovableClock
) -> None:
    person = await registered(await auth_with(database, clock, 3))
    for _ in range(2):
        await log_in(person)

    with statements_of(database.transactions) as usual:
        await log_in(person)
    with statements_of(database.transactions) as beyond:
        await log_in(person)
    with statements_of(database.transactions) as elsewhere:
        await log_in(person, replace(HERE, address="198.51.100.1"))

    # The user, the password, the rights, the session, the event. An end takes three more.
    assert [len(usual), len(beyond), len(elsewhere)] == [5, 8, 9]
    assert sum("auth.sessions" in statement for statement in usual) == 1


async def test_other_sessions_are_found_by_their_index(
    database: Database, clock: MovableClock, operator: AsyncEngine
) -> None:
    auth = await auth_over(database, clock)
    person, crowd = await signed_in(auth), await signed_in(auth)
    columns = ", ".join(column.name for column in SESSIONS.c if column.name != "id")
    await rows(
        operator,
        f"INSERT INTO auth.sessions (id, {columns}) SELECT gen_random_uuid(), {columns} "
        "FROM auth.sessions, generate_series(1, 20000) WHERE user_id = :crowd",
        crowd=crowd.id,
    )
    await rows(operator, "ANALYZE auth.sessions")

    with executed_on(database.transactions) as executed:
        await person.log_in()
    ((statement, values),) = [each for each in executed if "INSERT INTO auth.sessions" in each[0]]
    async with operator.connect() as connection:
        driver = cast("asyncpg.Connection", (await connection.get_raw_connection()).driver_connection)
        plan = "\n".join(line[0] for line in await driver.fetch(f"EXPLAIN {statement}", *values))

    assert "Index Scan using sessions_user_id_idx" in plan
    assert "Seq Scan" not in plan


async def test_a_session_opened_by_an_older_release_is_called_by_its_user_agent(
    database: Database, clock: MovableClock, operator: AsyncEngine
) -> None:
    auth = await auth_over(database, clock)
    person = await registered(auth)
    await log_in(person)
    await rows(
        operator, "UPDATE auth.sessions SET device = NULL, network = NULL WHERE user_id = :user_id", user_id=person.id
    )
    clock.advance(timedelta(minutes=1))

    [session] = await auth.sessions.list(user_id=person.id)
    await log_in(person)

    assert session.device == "curl"
    assert (await events_of(operator, person.id)).count("login.new_device") == 1
