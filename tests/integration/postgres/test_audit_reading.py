"""Every filter of the listing reads an index, over a hundred thousand events."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_adapters.postgres.audit_reading import _page_of
from auth_adapters.system import SystemClock
from auth_core import AuthCore, Redacted
from auth_core.audit.errors import InvalidEventCursor
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorded import EventFilter, Order, Place
from auth_core.ids import EventId, UserId
from auth_core.page import Page
from tests.integration.databases import Databases
from tests.integration.postgres.person import registered
from tests.integration.postgres.questions import rows, scalar


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: what one has done to its chain is nothing another should find."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def many(database: Database, operator: AsyncEngine) -> UserId:
    """A hundred thousand events: of a thousand people, of every kind, over a hundred days."""
    kinds = ",".join(f"'{kind.value}'" for kind in EventKind)
    await rows(
        operator,
        "INSERT INTO auth.audit_events (id, kind, outcome, at, actor, subject, details, recorded_at)"
        f" SELECT gen_random_uuid(), (ARRAY[{kinds}])[1 + n % {len(EventKind)}],"
        " CASE WHEN n % 50 = 0 THEN 'failure' ELSE 'success' END, at, md5((n % 1000)::text)::uuid,"
        " md5((n % 999)::text)::uuid, '{}', at"
        " FROM generate_series(1, 100000) n, LATERAL (SELECT now() - n * interval '90 s' AS at) t",
    )
    await rows(operator, "VACUUM ANALYZE auth.audit_events")
    person: UserId = await scalar(operator, "SELECT subject FROM auth.audit_events LIMIT 1")
    return person


def filters(person: UserId) -> Sequence[EventFilter]:
    now = SystemClock().now()
    return (
        EventFilter(),
        EventFilter(subject=person),
        EventFilter(actor=person),
        EventFilter(kind=EventKind.USER_DISABLED),
        EventFilter(outcome=Outcome.FAILURE),
        EventFilter(outcome=Outcome.SUCCESS),
        EventFilter(since=now - timedelta(days=60), until=now - timedelta(days=50)),
        EventFilter(subject=person, kind=EventKind.USER_DISABLED, since=now - timedelta(days=60)),
    )


async def plan_of(operator: AsyncEngine, which: EventFilter, after: Place | None, order: Order) -> dict[str, Any]:
    """What the server does for a page of fifty, and how much it read for it."""
    compiled = _page_of(which, after=after, order=order).compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    values: dict[str, object] = {
        "rows": 50, "subject": which.subject, "actor": which.actor, "kind": which.kind, "outcome": which.outcome,
        "since": which.since, "until": which.until, "after_at": after and after.at, "after_id": after and after.id,
    }  # fmt: skip
    async with operator.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        plan = await driver.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}",
            *(values[name] for name in compiled.positiontup or ()),
        )
    [explained] = plan
    root: dict[str, Any] = explained["Plan"]
    return root


def nodes(plan: dict[str, Any]) -> set[str]:
    return {plan["Node Type"]}.union(*(nodes(below) for below in plan.get("Plans", ())))


async def test_every_filter_of_the_listing_reads_an_index_and_little_of_it_on_every_page(
    operator: AsyncEngine, many: UserId
) -> None:
    halfway = Place(SystemClock().now() - timedelta(days=55), EventId(many))
    for which in filters(many):
        for after in (None, halfway):
            for order in Order:
                plan = await plan_of(operator, which, after, order)

                assert not any("Seq Scan" in node for node in nodes(plan)), (which, after, order, plan)
                assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 500, (which, after, order, plan)


@pytest.mark.covers("AUZ-11")
async def test_a_cursor_somebody_made_up_is_a_place_in_the_listing_or_refused(auth: AuthCore) -> None:
    person = await registered(auth)
    made_up = [urlsafe_b64encode(ends * 24).decode() for ends in (b"\x00", b"\x7f", b"\x80", b"\xff", b"'")]
    latest = urlsafe_b64encode((253402300799999999).to_bytes(8) + b"\xff" * 16).decode()
    which = EventFilter(subject=person.id)

    outcomes = [
        await asyncio.gather(auth.audit.list(which=which, after=each), return_exceptions=True) for each in made_up
    ]

    assert {type(outcome) for [outcome] in outcomes} <= {InvalidEventCursor, Page}
    assert len((await auth.audit.list(which=which, after=latest)).items) == 1
