"""Every order of the listing with every filter reads indexes, and a bounded part of them, among a hundred thousand.

The statistics are those of the rows: sixteen letters at random, so one of them begins what a sixth are called by.
"""

from collections.abc import AsyncGenerator, Iterator
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.postgres.directory import MOST_LOOKED_AT, count_of, gathering, sizes_of, values_of, walk
from auth_adapters.system import SystemClock
from auth_core import Redacted
from auth_core.access.model import RoleName
from auth_core.users.directory import MOST_COUNTED, UserFilter, UserPlace, UserSort, place_of
from auth_core.users.model import UserStatus
from tests.integration.databases import Databases
from tests.integration.postgres.questions import rows

LETTERS = "translate(md5('{}' || n::text), '0123456789', 'ghijklmnop')"
PEOPLE = (
    f"""INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, first_name_key, last_name_key,
        status, security_version, created_at, updated_at)
        SELECT md5(n::text)::uuid, email, email, first, last, first, last,
        CASE WHEN n % 50 = 0 THEN 'disabled' ELSE 'active' END, 0, now() - n * interval '1 s', now()
        FROM generate_series(1, 100000) n, LATERAL (SELECT left({LETTERS.format("e")}, 10) || '@example.org' AS email,
        left({LETTERS.format("f")}, 3) AS first, left({LETTERS.format("l")}, 4) AS last) each""",
    """INSERT INTO auth.roles (name, description, permissions, system) SELECT name, '', '{}', false
        FROM unnest(ARRAY['wide', 'rare']) name""",
    "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users",
    "INSERT INTO auth.role_assignments SELECT md5(n::text)::uuid, 'wide', now() FROM generate_series(1, 20000) n",
    "INSERT INTO auth.role_assignments SELECT md5(n::text)::uuid, 'rare', now() FROM generate_series(1, 100) n",
    "VACUUM ANALYZE",
)


@pytest.fixture(scope="module")
async def address(databases: Databases) -> Redacted[str]:
    return await databases.migrated()


@pytest.fixture(scope="module")
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def many(operator: AsyncEngine) -> None:
    if not await rows(operator, "SELECT 1 FROM auth.roles WHERE name = 'wide'"):
        for each in PEOPLE:
            await rows(operator, each)


def filters() -> Iterator[UserFilter]:
    for begins, role, status in product(
        (None, "a", "abc"), (None, RoleName("wide"), RoleName("rare")), (None, *UserStatus)
    ):
        yield UserFilter(begins=begins, role=role, status=status)


async def test_every_order_with_every_filter_reads_a_bounded_part_of_indexes(
    operator: AsyncEngine, database: Database, many: None
) -> None:
    deep = {sort: await place_in_the_middle(database, sort) for sort in UserSort}
    async with operator.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        for number, which in enumerate(filters()):
            # A server plans for the values it is shown, or once for all: both have to do.
            mode = "force_custom_plan" if number % 2 else "force_generic_plan"
            await driver.execute(f"SET plan_cache_mode = {mode}")
            values = values_of(which, sort=UserSort.EMAIL, after=None)
            await bounded(driver, sizes_of(which), values)
            sizes = dict(zip(*await answer(driver, sizes_of(which), values), strict=True))
            smallest = min(sizes, key=lambda name: sizes[name])
            gather = smallest != "everybody" and sizes[smallest] <= MOST_COUNTED
            if gather:
                await bounded(driver, count_of(which, smallest), values)
            for sort in UserSort:
                for after in (None, deep[sort]):
                    page = (
                        gathering(which, smallest, sort=sort, after=after is not None)
                        if gather
                        else walk(which, sort=sort, after=after is not None)
                    )
                    await bounded(driver, page, {**values_of(which, sort=sort, after=after), "rows": 51})


async def test_a_walk_over_those_who_do_not_fit_goes_on_where_it_stopped_and_finds_all(
    operator: AsyncEngine, database: Database, many: None
) -> None:
    """Twenty thousand hold the role, a sixth are called so: neither is few, and whoever is both is seldom."""
    fitting = await rows(
        operator,
        "SELECT id FROM auth.users JOIN auth.role_assignments ON user_id = id AND role = 'wide'"
        " WHERE (email_canonical LIKE 'a%' OR last_name_key LIKE 'a%' OR first_name_key LIKE 'a%')"
        " ORDER BY last_name_key DESC, first_name_key DESC, id DESC",
    )
    which, after, found, pages = UserFilter(begins="a", role=RoleName("wide")), None, list[object](), 0

    while pages == 0 or after is not None:
        async with postgres_ports(database, clock=SystemClock()).uow() as tx:
            page = await tx.directory.page(which, sort=UserSort.NAME_DESCENDING, after=after, limit=500)
        found += [each.user.id for each in page.items]
        after, pages = page.next, pages + 1

    assert found == [row.id for row in fitting]
    assert pages > 100_000 // MOST_LOOKED_AT


async def place_in_the_middle(database: Database, sort: UserSort) -> UserPlace:
    async with postgres_ports(database, clock=SystemClock()).uow() as tx:
        found = await tx.directory.page(UserFilter(begins="h"), sort=sort, after=None, limit=500)
    return place_of(found.items[-1].user, sort)


async def answer(driver: Any, question: Select[Any], values: dict[str, object]) -> tuple[list[str], list[int]]:  # noqa: ANN401 - asyncpg's
    compiled = question.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    row = await driver.fetchrow(str(compiled), *(values[name] for name in compiled.positiontup or ()))
    return list(row.keys()), list(row.values())


async def bounded(driver: Any, question: Select[Any], values: dict[str, object]) -> None:  # noqa: ANN401 - asyncpg's
    """Look at what the server does for the answer, and how much."""
    compiled = question.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    plan = await driver.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", *(values[name] for name in compiled.positiontup or ())
    )
    for node in nodes(plan[0]["Plan"]):
        assert node["Node Type"] != "Seq Scan", (values, plan)
        if node["Node Type"].endswith(("Scan", "Sort")) and node["Node Type"] != "Subquery Scan":
            touched = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            assert touched <= MOST_COUNTED + 1, (values, plan)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
