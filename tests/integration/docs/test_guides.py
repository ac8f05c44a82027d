"""The examples of the guides that need a database: a program over PostgreSQL, deploying, operating, restoring."""

import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Row, text

from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.postgres import Database, PostgresPorts
from auth_core import AuthCore, InvalidRefreshToken, Origin, Redacted, RevokedToken
from auth_core.login.model import LoggedIn
from auth_core.testing import MovableClock, an_email
from tests.integration.databases import Databases
from tests.integration.docs.roles import ordinary_owner
from tests.integration.docs.shell import environment, run
from tests.unit.docs.markdown import executed_by

PASSWORD = Redacted("correct horse battery staple")


def example(guide: str, name: str) -> str:
    return "\n".join(each.text for each in executed_by(Path(__file__)) if each.page.stem == guide and each.name == name)


@pytest.fixture
async def auth(storage: PostgresPorts, clock: MovableClock) -> AuthCore:
    ports = memory_ports(
        clock=clock,
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        revocation_feed=storage.revocation_feed,
        old_revocations=storage.old_revocations,
        old_answers=storage.old_answers,
        known_clients=storage.known_clients,
        outbox_queue=storage.outbox_queue,
        arrivals=storage.arrivals,
        old_messages=storage.old_messages,
        old_tokens=storage.old_tokens,
    )
    return await auth_in_memory(ports, policies=FOR_TESTS)


@pytest.fixture
async def someone(auth: AuthCore) -> LoggedIn:
    email = an_email()
    await auth.users.register(email=email, password=PASSWORD, first_name="Lin", last_name="Clark", origin=Origin())
    return await auth.login.log_in(email=email, password=PASSWORD, origin=Origin())


@pytest.fixture
async def owned(databases: Databases) -> AsyncIterator[str]:
    """The address of an empty database, for a role that owns it and can do no more."""
    async with ordinary_owner(await databases.empty()) as address:
        yield address.reveal()


async def test_the_library_keeps_what_it_does_in_postgresql(databases: Databases) -> None:
    address = await databases.empty()

    ran = subprocess.run(
        [sys.executable, "-c", example("use-as-a-library", "on_postgres.py")],
        env=environment({"DATABASE_URL": address.reveal(), "MASTER_SECRET": secrets.token_urlsafe(48)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.stdout == "True at generation 1\n", ran.stderr


def test_deploying_migrates_and_finds_nothing_wrong(owned: str, tmp_path: Path) -> None:
    shown = "postgresql://auth:a-random-password@db.example.com:5432/auth"
    script = example("deploy", "shell")
    assert shown in script

    outcome = run(script.replace(shown, owned), environ={}, folder=tmp_path)

    assert "The schema is up to date." in outcome.said
    assert "fit for production" in outcome.said
    assert "an ordinary user" in outcome.said
    # How long a password takes is for the machine that runs the tests to say.
    assert not [line for line in outcome.said.splitlines() if line.startswith("wrong") and "hashing" not in line]
    assert not outcome.complaints


def test_operating_looks_after_people_and_keys(address: Redacted[str], tmp_path: Path) -> None:
    settings = {"AUTH_ENV": "test", "AUTH_DATABASE_URL": address.reveal(), "AUTH_BCRYPT_COST": "4"}

    outcome = run(example("operate", "shell"), environ=settings, folder=tmp_path)

    for said in ("up to date", "AUTH_DATABASE_URL", "mallory@example.com", "disabled", "active", "signs from"):
        assert said in outcome.said
    assert address.reveal() not in outcome.said
    assert not outcome.complaints


async def test_the_query_for_alarms_finds_a_theft(auth: AuthCore, someone: LoggedIn, database: Database) -> None:
    successor = await auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=Origin())
    await auth.sessions.refresh(refresh_token=successor.refresh_token, origin=Origin())
    with pytest.raises(InvalidRefreshToken):
        await auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=Origin())

    rows = await _execute(database, example("operate", "query"))

    assert ("refresh_token.reused", someone.tokens.session.id) in {(row.kind, row.session_id) for row in rows}


async def test_a_chain_that_went_back_is_refused_and_is_an_alarm(
    auth: AuthCore, someone: LoggedIn, database: Database
) -> None:
    since_the_backup = await auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=Origin())
    await _execute(database, f"UPDATE auth.sessions SET generation = 0 WHERE id = '{someone.tokens.session.id}'")

    with pytest.raises(InvalidRefreshToken):
        await auth.sessions.refresh(refresh_token=since_the_backup.refresh_token, origin=Origin())

    rows = await _execute(database, example("operate", "query"))
    assert ("refresh_token.impossible", someone.tokens.session.id) in {(row.kind, row.session_id) for row in rows}


async def test_after_a_restore_all_sessions_can_be_ended(auth: AuthCore, someone: LoggedIn, database: Database) -> None:
    await _execute(database, example("operate", "end_all"))

    with pytest.raises(RevokedToken):
        await auth.tokens.verify_access_token(token=someone.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=Origin())


async def _execute(database: Database, statement: str) -> list[Row[tuple[object, ...]]]:
    assert statement.strip()
    async with database.transactions.begin() as connection:
        result = await connection.execute(text(statement))
        return list(result) if result.returns_rows else []
