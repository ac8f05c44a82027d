"""What finding people costs among a million: first and deep pages, searches, filters, and a role that many hold.

A PostgreSQL of its own, durable, as it comes. Every user holds `user`, 100,000 hold `held`, 500 `rare`; one in two
hundred is disabled. Names and addresses are made of sixteen letters at random, so a letter is how six in a hundred
begin. Every figure is the whole use case with its count, fifty users a page; first and deep pages take turns. The way
not taken is an index on the last log-in: what it makes of a log-in's stamp.
"""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.directory import values_of, walk
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.system import SystemClock
from auth_core import AuthCore, Origin, Redacted
from auth_core.users import cursor
from auth_core.users.directory import UserFilter, UserPlace, UserSort, place_of
from auth_core.users.model import UserStatus

_ID: Final = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_LETTERS: Final = "translate(md5({} || n::text), '0123456789', 'ghijklmnop')"
_PEOPLE: Final = (
    f"""INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, first_name_key, last_name_key,
        status, security_version, created_at, updated_at)
        SELECT {_ID}, email, email, initcap(first), initcap(last), first, last,
        CASE WHEN n % 200 = 0 THEN 'disabled' ELSE 'active' END, 0, now() - (:users - n) * interval '1 s', now()
        FROM generate_series(1, :users) n, LATERAL (SELECT
        left({_LETTERS.format("'e'")}, 10) || '@example.org' AS email,
        left({_LETTERS.format("'f'")}, 3) AS first, left({_LETTERS.format("'l'")}, 4) AS last) each""",
    """INSERT INTO auth.roles (name, description, permissions, system) SELECT name, '', ARRAY['a:' || name], false
        FROM unnest(ARRAY['held', 'rare']) name""",
    "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users",
    f"INSERT INTO auth.role_assignments SELECT {_ID}, 'held', now() FROM generate_series(1, :users, 10) n",
    f"INSERT INTO auth.role_assignments SELECT {_ID}, 'rare', now() FROM generate_series(1, :users, :users / 500) n",
    "VACUUM ANALYZE",
)
_PLACES: Final = {
    UserSort.CREATED_AT: "created_at, id",
    UserSort.EMAIL: "email_canonical",
    UserSort.NAME: "last_name_key, first_name_key, id",
}
_STAMP: Final = f"""UPDATE auth.users SET last_login_at = clock_timestamp() WHERE id = ANY(
    SELECT {_ID} FROM (SELECT 1 + (random() * (:users - 1))::bigint AS n FROM generate_series(1, :stamps)) each)"""


async def measure(*, quick: bool) -> dict[str, object]:
    """Return milliseconds as the caller sees them, median and worst."""
    users, rounds = (20_000, 5) if quick else (1_000_000, 31)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            database = Database(address)
            operator = create_async_engine(
                make_url(server.url()).set(drivername="postgresql+asyncpg"),
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
            )
            await _run(operator, *_PEOPLE, users=users)
            stored = postgres_ports(database, clock=SystemClock())
            auth = await auth_in_memory(memory_ports(uow=stored.uow, access_check=stored.access_check))
            found: dict[str, object] = {
                "pages": await _pages(auth, database, operator, users=users, rounds=rounds),
                "searches and filters": await _filters(auth, rounds=rounds),
                "a role that 100,000 hold" if not quick else "a role": await _role(auth, rounds=min(rounds, 15)),
                "a log-in's stamp": await _stamps(operator, users=users, stamps=users // 50),
            }
            await operator.dispose()
            await database.close()
        finally:
            server.stop()
    return {"unit": "ms: median and worst", "users": users, "page": 50, "found": found}


async def _pages(
    auth: AuthCore, database: Database, operator: AsyncEngine, *, users: int, rounds: int
) -> dict[str, object]:
    """Take the first page and one that begins before the last hundred, in turns: with the count, and without."""
    found: dict[str, object] = {}
    for sort in UserSort:
        place = place_of(await _at(auth, operator, sort, users - 100), sort)
        after = cursor.written(place, UserFilter(), sort)

        async def first(sort: UserSort = sort) -> None:
            assert len((await auth.users.list(sort=sort)).items) == 50

        async def deep(sort: UserSort = sort, after: str = after) -> None:
            assert len((await auth.users.list(sort=sort, after=after)).items) == 50

        async def alone(sort: UserSort = sort, after: UserPlace | None = None) -> None:
            page = walk(UserFilter(), sort=sort, after=after is not None)
            async with database.transactions.connect() as connection:
                await connection.execute(page, {"rows": 51, **values_of(UserFilter(), sort=sort, after=after)})

        found[sort] = {
            **await _in_turns(first, deep, rounds=rounds),
            "uncounted": await _in_turns(alone, partial(alone, after=place), rounds=rounds),
        }
    return found


async def _in_turns(
    first: Callable[[], Awaitable[None]], deep: Callable[[], Awaitable[None]], *, rounds: int
) -> dict[str, object]:
    of_first, of_deep = list[float](), list[float]()
    for _ in range(rounds):
        of_first.append(await _seconds(first))
        of_deep.append(await _seconds(deep))
    ratio = statistics.median(of_deep) / statistics.median(of_first)
    return {"first": _told(of_first), "deep": _told(of_deep), "deep / first": round(ratio, 2)}


async def _at(auth: AuthCore, operator: AsyncEngine, sort: UserSort, position: int) -> Any:  # noqa: ANN401 - a User
    columns = _PLACES[UserSort(sort.by)].split(", ")
    order = ", ".join(f"{each} DESC" if sort.descending else each for each in columns)
    async with operator.connect() as connection:
        question = f"SELECT id FROM auth.users ORDER BY {order} OFFSET {position} LIMIT 1"
        user_id = (await connection.execute(text(question))).scalar_one()
    return (await auth.users.look_up_listed(user_id=user_id)).user


async def _filters(auth: AuthCore, *, rounds: int) -> dict[str, object]:
    asked: dict[str, Mapping[str, Any]] = {
        "a search for five letters": {"q": "abcde"},
        "a search for three letters, by name": {"q": "abc", "sort": UserSort.NAME},
        "a search for one letter": {"q": "a"},
        "a search for one letter, by e-mail backwards": {"q": "a", "sort": UserSort.EMAIL_DESCENDING},
        "a search for what nobody is called": {"q": "zz"},
        "a role that 100,000 hold": {"role": "held"},
        "a role that 100,000 hold, by name": {"role": "held", "sort": UserSort.NAME},
        "a role that 500 hold, by e-mail": {"role": "rare", "sort": UserSort.EMAIL},
        "the 5,000 disabled, by name": {"status": UserStatus.DISABLED, "sort": UserSort.NAME},
        "the active, newest first": {"status": UserStatus.ACTIVE, "sort": UserSort.CREATED_AT_DESCENDING},
        "a role, a status and a search": {"role": "held", "status": UserStatus.ACTIVE, "q": "ab"},
        "a role, a status and a search, all wide": {"role": "held", "status": UserStatus.ACTIVE, "q": "a"},
    }
    found: dict[str, object] = {}
    for name, which in asked.items():

        async def page(which: Mapping[str, Any] = which) -> None:
            await auth.users.list(**which)

        told = await auth.users.list(**which)
        found[name] = {
            **_told([await _seconds(page) for _ in range(rounds)]),
            "users": len(told.items),
            "total": told.total,
        }
    return found


async def _role(auth: AuthCore, *, rounds: int) -> dict[str, object]:
    number = iter(range(10_000))

    async def change() -> None:
        await auth.access.define_role(name="held", permissions=[f"a:x{next(number)}"], actor=None, origin=Origin())

    async def preview() -> None:
        assert len((await auth.access.preview_role(name="held", permissions=["b:x"])).users) == 50

    return {
        "preview, with exact numbers": _told([await _seconds(preview) for _ in range(rounds)]),
        "change": _told([await _seconds(change) for _ in range(rounds)]),
    }


async def _stamps(operator: AsyncEngine, *, users: int, stamps: int) -> dict[str, object]:
    as_it_is = await _stamped(operator, users=users, stamps=stamps)
    await _run(operator, "CREATE INDEX not_taken ON auth.users (last_login_at, id)", "VACUUM ANALYZE auth.users")
    return {
        "as it is": as_it_is,
        "with an index on the last log-in": await _stamped(operator, users=users, stamps=stamps),
    }


async def _stamped(operator: AsyncEngine, *, users: int, stamps: int) -> dict[str, float]:
    counted = "SELECT n_tup_upd, n_tup_hot_upd, pg_current_wal_lsn() - '0/0' FROM pg_stat_user_tables"
    async with operator.connect() as connection:
        # More of them first, unmeasured: the first touch of a page after a checkpoint writes all of it.
        await connection.execute(text(_STAMP), {"users": users, "stamps": 5 * stamps})
        await connection.execute(text("VACUUM auth.users"))
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        before = (await connection.execute(text(f"{counted} WHERE relname = 'users'"))).one()
        began = time.perf_counter()
        await connection.execute(text(_STAMP), {"users": users, "stamps": stamps})
        seconds = time.perf_counter() - began
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        after = (await connection.execute(text(f"{counted} WHERE relname = 'users'"))).one()
    updates = after[0] - before[0]
    return {
        "HOT, in a hundred": round(100 * (after[1] - before[1]) / updates, 1),
        "bytes of WAL each": round(int(after[2] - before[2]) / updates),
        "microseconds each": round(1e6 * seconds / updates, 1),
    }


async def _seconds(act: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


def _told(seconds: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(seconds) * 1000, 1), "worst": round(max(seconds) * 1000, 1)}


async def _run(operator: AsyncEngine, *statements: str, **values: object) -> None:
    async with operator.connect() as connection:
        for statement in statements:
            named = {name: each for name, each in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), named)
