"""Whatever is done to the tables of the trail is found, with the place."""

from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import Redacted
from auth_core.audit.verdict import Broken, Damage
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows, scalar
from tests.integration.postgres.trail import core_over, record


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: what one has done to its chain is nothing another should find."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


SPARE = UUID(int=0)

TAMPERINGS = {
    "edited": ("UPDATE auth.audit_events SET outcome = 'failure' WHERE id = :b", Damage.EDITED),
    "edited details": ("UPDATE auth.audit_events SET details = '[1]' WHERE id = :b", Damage.EDITED),
    "an unknown kind": ("UPDATE auth.audit_events SET kind = 'nothing.happened' WHERE id = :b", Damage.EDITED),
    "deleted": ("DELETE FROM auth.audit_events WHERE id = :b", Damage.DELETED),
    "another id": ("UPDATE auth.audit_events SET id = gen_random_uuid() WHERE id = :b", Damage.DELETED),
    "moved": (
        "UPDATE auth.audit_events SET recorded_at = recorded_at - interval '3 ms' WHERE id = :b",
        Damage.REORDERED,
    ),
    # A primary key is looked at row by row, so that the two have to pass by a third.
    "exchanged": (
        (
            f"UPDATE auth.audit_events SET id = '{SPARE}' WHERE id = :b;"
            " UPDATE auth.audit_events SET id = :b WHERE id = :c;"
            f" UPDATE auth.audit_events SET id = :c WHERE id = '{SPARE}'"
        ),
        Damage.REORDERED,
    ),
    "times exchanged": (
        (
            "UPDATE auth.audit_events e SET recorded_at = o.recorded_at FROM auth.audit_events o"
            " WHERE e.id IN (:b, :c) AND o.id IN (:b, :c) AND e.id <> o.id"
        ),
        Damage.REORDERED,
    ),
    "wiped": (
        (
            "UPDATE auth.audit_events SET address = NULL, user_agent = NULL, request_id = NULL, details = '{}',"
            " salt = NULL WHERE id = :b"
        ),
        Damage.EDITED,
    ),
}


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize(("statement", "what"), TAMPERINGS.values(), ids=TAMPERINGS)
async def test_whatever_is_done_to_a_sealed_row_is_found_with_its_place(
    database: Database, operator: AsyncEngine, statement: str, what: Damage
) -> None:
    auth, storage = core_over(database)
    await record(storage, 4)
    await auth.audit.seal()
    _, b, c, _ = [(await record(storage))[0] for _ in range(4)]
    await auth.audit.seal()
    for each in statement.split(";"):
        await rows(operator, each, **{name: value for name, value in (("b", b), ("c", c)) if f":{name}" in each})

    verdict = await auth.audit.verify()

    assert verdict == Broken(what=what, batch=2, event=b)


@pytest.mark.covers("AUD-02")
async def test_a_row_that_is_put_in_later_is_found(database: Database, operator: AsyncEngine) -> None:
    auth, storage = core_over(database)
    await record(storage, 3)
    await auth.audit.seal()
    await rows(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, details, recorded_at)"
        " SELECT gen_random_uuid(), kind, outcome, at, details, recorded_at - interval '1 hour'"
        " FROM auth.audit_events LIMIT 1",
    )
    inserted = await scalar(operator, "SELECT id FROM auth.audit_events ORDER BY recorded_at LIMIT 1")
    await record(storage)
    await auth.audit.seal()

    assert await auth.audit.verify() == Broken(what=Damage.INSERTED, batch=1, event=inserted)


BATCH_TAMPERINGS: dict[str, tuple[str, Damage]] = {
    "gone": ("DELETE FROM auth.audit_batches WHERE number = 2", Damage.MISSING),
    "one event less": ("UPDATE auth.audit_batches SET event_ids = event_ids[2:] WHERE number = 2", Damage.FORGED),
    "no list": ("UPDATE auth.audit_batches SET entries = NULL WHERE number = 2", Damage.FORGED),
    "emptied": ("UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL WHERE number = 2", Damage.EMPTIED),
    "another digest": ("UPDATE auth.audit_batches SET digest = sha256('x') WHERE number = 2", Damage.FORGED),
    "another key": ("UPDATE auth.audit_batches SET mac = sha256('x') WHERE number = 2", Damage.FORGED),
    "far too late": ("UPDATE auth.audit_batches SET entries = sha256('x') WHERE number = 2", Damage.FORGED),
}


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize(("statement", "what"), BATCH_TAMPERINGS.values(), ids=BATCH_TAMPERINGS)
async def test_whatever_is_done_to_a_batch_is_found(
    database: Database, operator: AsyncEngine, statement: str, what: Damage
) -> None:
    auth, storage = core_over(database)
    for _ in range(3):
        await record(storage, 2)
        await auth.audit.seal()
    await rows(operator, statement)

    assert await auth.audit.verify() == Broken(what=what, batch=2)
