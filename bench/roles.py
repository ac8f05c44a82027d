"""What changing a role costs when very many hold it: the change, the preview, and the way that was not taken.

A PostgreSQL of its own, durable, a million users and one role that 100,000 of them hold. Every user holds `user`, some
a third role. The way not taken raises the security version of each holder and revokes each, in one statement.
"""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.system import SystemClock
from auth_core import AuthCore, Origin, Redacted
from auth_core.ids import UserId

_ID: Final = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_PEOPLE: Final = (
    f"""INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, status, security_version, created_at,
        updated_at) SELECT {_ID}, n || '@example.org', n || '@example.org', 'A', 'B', 'active', 0, now(), now()
        FROM generate_series(1, :users) n""",
    """INSERT INTO auth.roles (name, description, permissions, system) SELECT name, '', ARRAY['a:' || name], false
        FROM unnest(ARRAY['held', 'r1', 'r2', 'r3', 'r4']) name""",
    "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users",
    f"INSERT INTO auth.role_assignments SELECT {_ID}, 'held', now() FROM generate_series(1, :holders) n",
    f"INSERT INTO auth.role_assignments SELECT {_ID}, 'r' || 1 + n % 4, now() FROM generate_series(1, :holders, 2) n",
)
_NOT_TAKEN: Final = """WITH raised AS (UPDATE auth.users SET security_version = security_version + 1
    WHERE id IN (SELECT user_id FROM auth.role_assignments WHERE role = 'held') RETURNING id, security_version)
    INSERT INTO auth.revocations (subject, least_version, until, written_at)
    SELECT id, security_version, now() + interval '16 minutes', clock_timestamp() FROM raised"""


async def measure(*, quick: bool) -> dict[str, object]:
    """Return milliseconds as the caller sees them, median and worst."""
    users, holders, rounds = (20_000, 2_000, 3) if quick else (1_000_000, 100_000, 15)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            database = Database(address)
            # Without the deadlines of the service, for what takes longer than they allow.
            operator = create_async_engine(
                make_url(server.url()).set(drivername="postgresql+asyncpg"),
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
            )
            await _fill(operator, users=users, holders=holders)
            found = await _found(await _auth(database), database, operator, holders=holders, rounds=rounds)
            await operator.dispose()
            await database.close()
        finally:
            server.stop()
    return {"unit": "ms: median and worst", "users": users, "holders": holders, "found": found}


async def _found(
    auth: AuthCore, database: Database, operator: AsyncEngine, *, holders: int, rounds: int
) -> dict[str, dict[str, float]]:
    number = iter(range(10_000))
    deep = UserId(UUID(int=UUID("00000000-0000-7000-8000-000000000000").int + holders * 9 // 10))

    async def change() -> None:
        await auth.access.define_role(name="held", permissions=[f"a:x{next(number)}"], actor=None, origin=Origin())

    async def preview(after: UserId | None = None) -> None:
        told = await auth.access.preview_role(name="held", permissions=["b:x"], after=after)
        assert (told.users_who_gain, len(told.users)) == (holders, 50)

    async def page(after: UserId | None = None) -> None:
        async with postgres_ports(database, clock=SystemClock()).uow() as tx:
            await tx.role_holders.page(["held"], after=after, limit=50)  # type: ignore[list-item]  # the name of a role

    async def not_taken() -> None:
        async with operator.connect() as connection:
            await connection.execute(text(_NOT_TAKEN))

    return {
        "a change of the role": await _taken(change, rounds),
        "a preview, with its first page": await _taken(preview, rounds),
        "a preview, with a deep page": await _taken(lambda: preview(deep), rounds),
        "the first page alone": await _taken(page, rounds),
        "a deep page alone": await _taken(lambda: page(deep), rounds),
        "the way not taken": await _taken(not_taken, 2),
    }


async def _taken(act: Callable[[], Awaitable[None]], rounds: int) -> dict[str, float]:
    seconds: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        await act()
        seconds.append(time.perf_counter() - began)
    return {"median": round(statistics.median(seconds) * 1000, 1), "worst": round(max(seconds) * 1000, 1)}


async def _auth(database: Database) -> AuthCore:
    stored = postgres_ports(database, clock=SystemClock())
    return await auth_in_memory(memory_ports(uow=stored.uow, access_check=stored.access_check))


async def _fill(operator: AsyncEngine, *, users: int, holders: int) -> None:
    values = {"users": users, "holders": holders}
    async with operator.connect() as connection:
        for statement in _PEOPLE:
            named = {name: each for name, each in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), named)
        await connection.execute(text("VACUUM ANALYZE"))
