"""What is erased is gone from the table, what is old is removed, and the chain is whole."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import Origin, Redacted
from auth_core.testing import a_user
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar
from tests.integration.postgres.trail import core_over, record, whole


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: what one has done to its chain is nothing another should find."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


async def test_what_was_erased_is_gone_from_the_table_and_the_chain_is_whole(
    database: Database, operator: AsyncEngine
) -> None:
    auth, storage = core_over(database)
    person, other = a_user().id, a_user().id
    await record(storage, 450, person)
    await record(storage, 3, other)
    await auth.audit.seal()

    erased = await auth.audit.erase(user_id=person, actor=None, origin=Origin())

    await auth.audit.seal()
    left = (
        "address IS NOT NULL OR user_agent IS NOT NULL OR request_id IS NOT NULL OR salt IS NOT NULL OR details <> '{}'"
    )
    kept = "kind <> 'audit.personal_data_erased'"
    assert erased == 450
    assert (
        await scalar(
            operator, f"SELECT count(*) FROM auth.audit_events WHERE subject = :who AND {kept} AND ({left})", who=person
        )
        == 0
    )
    assert (
        await scalar(operator, f"SELECT count(*) FROM auth.audit_events WHERE subject = :who AND ({left})", who=other)
        == 3
    )
    assert (await whole(auth)).erased == 450


async def test_old_batches_are_removed_and_the_chain_goes_on_from_there(
    database: Database, operator: AsyncEngine
) -> None:
    auth, storage = core_over(database, retention=timedelta(days=30))
    await record(storage, 4)
    # What was recorded forty days ago, sealed forty days ago.
    await rows(operator, "UPDATE auth.audit_events SET recorded_at = recorded_at - interval '40 days'")
    old, _ = core_over(database, batch=4)
    await old.audit.seal()
    await record(storage, 2)
    await auth.audit.seal()

    removed = await auth.audit.remove_old(origin=Origin())
    again = await auth.audit.remove_old(origin=Origin())

    await auth.audit.seal()
    found = await whole(auth)
    assert (removed, again) == (4, 0)
    assert (found.emptied, found.events, found.unsealed) == (1, 3, 0)
