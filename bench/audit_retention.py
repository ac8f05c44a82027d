"""Removing a million events that are old enough: row by row, batch by batch, or by dropping a partition.

The same log-ins go on all the time, and the same two million events are there: half of them old enough, the others of
the last year. One database has them in one table, as the service has it; the other in partitions by month of the
UUIDv7. What the removal takes is measured, what it does to those who write meanwhile, what the server writes into its
log for it, and what VACUUM has to do afterwards; and what partitions cost where nothing is removed. Passwords cost
nothing here, and the clients share the process with the removal: what disturbs them is not hidden.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import md5
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.postgres.embedded.home import Home
from auth_adapters.postgres.unit_of_work import PostgresUnitOfWork
from auth_adapters.system import SystemClock
from auth_core import AuditPolicy, AuthCore, Origin, Redacted, assemble
from auth_core.audit.recorded import EventFilter
from auth_core.ids import UserId
from bench.stretch import Stretch, cpu_so_far
from bench.trail_on_and_off import spread

PASSWORD = Redacted("correct horse battery staple")
HERE = Origin(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux)", request_id="2f6d1e0c4a5546b0")
EVENTS = 1_000_000
CLIENTS = 4
RETENTION = timedelta(days=365)
PEOPLE = [f"user{each}@example.com" for each in range(CLIENTS)]
ONE_TABLE, PARTITIONS = "one table", "partitions"
SOMEBODY = EventFilter(subject=UserId(UUID(md5(b"7", usedforsecurity=False).hexdigest())))
_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
OLD, YOUNG = "now() - interval '396 days'", "now() - interval '360 days'"

_ID = """(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
 || '8' || substr(md5(n::text || 'x'), 1, 15))::uuid"""
_FILL = f"""
INSERT INTO auth.audit_events
       (id, kind, outcome, at, actor, subject, address, user_agent, request_id, details, recorded_at)
SELECT {_ID}, 'login.succeeded', 'success', at, md5((n % 100000)::text)::uuid, md5((n % 100000)::text)::uuid,
       '192.0.2.7', 'Mozilla/5.0 (X11; Linux)', md5(n::text), '{{{{}}}}', at
  FROM generate_series({{first}}, {{last}}) n,
       LATERAL (SELECT {{begin}} + (n - {{first}}) * (interval '{{days}} days' / ({{last}} - {{first}} + 1)) AS at) t
"""
_BATCHES = """
INSERT INTO auth.audit_batches
SELECT row_number() OVER (ORDER BY min(recorded_at)), count(*), 'x', max(recorded_at), max(recorded_at), 'x', 'k', 'x',
       array_agg(id ORDER BY recorded_at), decode(repeat('00', 48 * count(*)::int), 'hex')
  FROM (SELECT id, recorded_at, (row_number() OVER (ORDER BY recorded_at) - 1) / 1000 AS batch
          FROM auth.audit_events) numbered
 GROUP BY batch
"""
_PARTITIONED = """
ALTER TABLE auth.audit_events RENAME TO audit_events_plain;;
CREATE TABLE auth.audit_events (LIKE auth.audit_events_plain INCLUDING DEFAULTS INCLUDING INDEXES)
       PARTITION BY RANGE (id);;
CREATE TABLE auth.audit_events_other PARTITION OF auth.audit_events DEFAULT;;
DO $$ BEGIN
  FOR n IN 0..16 LOOP
    EXECUTE format('CREATE TABLE auth.audit_events_%s PARTITION OF auth.audit_events FOR VALUES FROM (%L) TO (%L)',
      n, lpad(to_hex((extract(epoch FROM bound) * 1000)::bigint), 12, '0') || repeat('0', 20),
         lpad(to_hex((extract(epoch FROM bound + interval '30 days') * 1000)::bigint), 12, '0') || repeat('0', 20))
      FROM (SELECT now() - interval '397 days' + n * interval '30 days' AS bound) b;
  END LOOP;
END $$;
"""
_DROP = """
SET LOCAL lock_timeout = '1s';
UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL
 WHERE seen_until <= now() - interval '365 days' AND event_ids IS NOT NULL;
ALTER TABLE auth.audit_events DETACH PARTITION auth.audit_events_0;
DROP TABLE auth.audit_events_0;
ALTER TABLE auth.audit_events DETACH PARTITION auth.audit_events_1;
DROP TABLE auth.audit_events_1;
"""


async def measure(*, quick: bool) -> dict[str, object]:
    """Return what removing takes and does, in one table and by partitions, and what partitions cost otherwise."""
    number, seconds, rounds = (20_000, 1.0, 2) if quick else (EVENTS, 4.0, 12)
    async with _service("") as table, _service(_PARTITIONED) as partitions:
        for service in (table, partitions):
            await service.fill(number)
        before: dict[str, list[Watched]] = {ONE_TABLE: [], PARTITIONS: []}
        for each in range(rounds + 1):
            for name, service in ((ONE_TABLE, table), (PARTITIONS, partitions))[:: 1 if each % 2 else -1]:
                watched = await service.during(asyncio.sleep(seconds))
                before[name] += [watched] if each else []
        reading = await _reading(table, partitions)
        sliced = await _by_batches(table, number, slices=4 if quick else 20)
        dropped = await _by_partition(partitions)
    return {
        "unit": "milliseconds; CPU of removal in microseconds an event; bytes of write-ahead log",
        "events removed": number,
        "events that stay": number,
        "clients": CLIENTS,
        "rounds": rounds,
        "found": {
            "log-ins, nothing removed": {name: told(stretches) for name, stretches in before.items()},
            "CPU of a log-in, partitions / one table": spread(
                [of.cpu_each / to.cpu_each for of, to in zip(before[PARTITIONS], before[ONE_TABLE], strict=True)]
            ),
            "reading": reading,
            "removing by batches": sliced,
            "dropping partitions": dropped,
        },
    }


async def _reading(table: "Service", partitions: "Service") -> dict[str, dict[str, float]]:
    ways: dict[str, Callable[[Service], Awaitable[object]]] = {
        "a page of 50 events": lambda service: service.auth.audit.list(which=EventFilter(), limit=50),
        "a page of 50 events of somebody": lambda service: service.auth.audit.list(which=SOMEBODY, limit=50),
        "sealing when nothing is new": lambda service: service.auth.audit.seal(),
    }
    found: dict[str, dict[str, float]] = {}
    for name, way in ways.items():
        took: dict[str, list[float]] = {ONE_TABLE: [], PARTITIONS: []}
        for _ in range(60):
            for service, times in zip((table, partitions), took.values(), strict=True):
                begun = time.perf_counter()
                await way(service)
                times.append(1000 * (time.perf_counter() - begun))
        found[name] = {each: round(statistics.median(times[10:]), 2) for each, times in took.items()}
    return found


async def _by_batches(service: "Service", number: int, *, slices: int) -> dict[str, object]:
    """Remove as the service does, in slices, with a while between them in which nothing is removed."""
    batches = number // 1000
    written = await service.ask(_WRITTEN)
    meanwhile, between = list[Watched](), list[Watched]()

    async def a_slice() -> None:
        for _ in range(batches // slices):
            async with service.uow() as tx:
                assert await tx.sealed_batches.empty_oldest(through=batches)

    for _ in range(slices):
        meanwhile.append(await service.during(a_slice()))
        between.append(await service.during(asyncio.sleep(meanwhile[-1].seconds)))
    written = await service.ask(_WRITTEN) - written
    usual = sum(each.cpu for each in between) / sum(each.log_ins for each in between)
    spent = sum(each.cpu - each.log_ins * usual for each in meanwhile)
    begun = time.perf_counter()
    vacuum = await service.during(service.tell("VACUUM auth.audit_events"))
    return {
        "seconds": round(sum(each.seconds for each in meanwhile), 1),
        "CPU an event": round(1e6 * spent / number, 1),
        "write-ahead log": written,
        "log-ins meanwhile": told(meanwhile),
        "log-ins between": told(between),
        "log-ins a second, meanwhile / between": spread(
            [one.a_second / other.a_second for one, other in zip(meanwhile, between, strict=True)]
        ),
        "VACUUM afterwards": {
            "seconds": round(time.perf_counter() - begun, 1),
            "CPU an event": round(1e6 * (vacuum.cpu - vacuum.log_ins * usual) / number, 1),
            "log-ins meanwhile": told([vacuum]),
        },
    }


async def _by_partition(service: "Service") -> dict[str, object]:
    """Drop the partitions of the first month, which are two where it began within one."""
    written = await service.ask(_WRITTEN)

    async def drop() -> None:
        async with service.engine.begin() as connection:
            for statement in _DROP.strip().split(";\n"):
                await connection.execute(text(statement.rstrip(";")))

    meanwhile = await service.during(drop())
    return {
        "seconds": round(meanwhile.seconds, 2),
        "write-ahead log": await service.ask(_WRITTEN) - written,
        "log-ins meanwhile": told([meanwhile]),
    }


@dataclass(frozen=True, slots=True)
class Watched(Stretch):
    """With what each log-in took, in milliseconds."""

    took: tuple[float, ...] = ()


def told(stretches: Sequence[Watched]) -> dict[str, float]:
    """Return what is worth keeping."""
    ordered = sorted(took for each in stretches for took in each.took)
    return {
        "CPU": round(statistics.median(each.cpu_each for each in stretches), 3),
        "a second": round(statistics.median(each.a_second for each in stretches), 1),
        "p50": round(ordered[len(ordered) // 2], 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "max": round(ordered[-1], 1),
    }


@dataclass(frozen=True, slots=True)
class Service:
    """The core over a server of its own, and people who log in."""

    auth: AuthCore
    uow: PostgresUnitOfWork
    engine: AsyncEngine
    postmaster: int

    async def fill(self, number: int) -> None:
        """Let there be so many events that are old enough and as many that are not, in batches of a thousand."""
        await self.auth.tokens.rotate_keys(if_due=True, origin=HERE)
        for email in PEOPLE:
            await self.auth.users.register(email=email, password=PASSWORD, first_name="A", last_name="B", origin=HERE)
        await self.tell("DELETE FROM auth.audit_events")
        await self.tell(_FILL.format(begin=OLD, first=1, last=number, days=30))
        await self.tell(_FILL.format(begin=YOUNG, first=number + 1, last=2 * number, days=360))
        await self.tell(_BATCHES)
        await self.tell("VACUUM ANALYZE auth.audit_events")
        await self.tell("VACUUM ANALYZE auth.audit_batches")

    async def during(self, work: Coroutine[object, object, object]) -> Watched:
        """Let everybody log in again and again until the work is done."""
        begun, cpu = time.perf_counter(), cpu_so_far(self.postmaster)
        working = asyncio.ensure_future(work)
        took: list[float] = []

        async def client(email: str) -> None:
            while not working.done():
                before = time.perf_counter()
                await self.auth.login.log_in(email=email, password=PASSWORD, origin=HERE)
                took.append(1000 * (time.perf_counter() - before))

        logging_in = asyncio.gather(*map(client, PEOPLE))
        await working
        seconds = time.perf_counter() - begun
        await logging_in
        return Watched(len(took), seconds, cpu_so_far(self.postmaster) - cpu, tuple(took))

    async def tell(self, statement: str) -> None:
        """Run a statement in no transaction."""
        async with self.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(statement)

    async def ask(self, question: str) -> int:
        """Return the number that is the answer."""
        async with self.engine.connect() as connection:
            return int(await connection.scalar(text(question)) or 0)


@asynccontextmanager
async def _service(prepare: str) -> AsyncGenerator[Service]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "postgres"
        server = EmbeddedPostgres(home).start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            engine = create_async_engine(address.reveal())
            postmaster = int(Home(home).data.joinpath("postmaster.pid").read_text().split()[0])
            database = Database(address, pool_size=CLIENTS + 4)
            service = Service(_core_over(database), PostgresUnitOfWork(database), engine, postmaster)
            try:
                for statement in filter(str.strip, prepare.split(";;\n")):
                    await service.tell(statement)
                yield service
            finally:
                await database.close()
                await engine.dispose()
        finally:
            server.stop()


def _core_over(database: Database) -> AuthCore:
    policies = replace(FOR_TESTS, audit=AuditPolicy(retention=RETENTION))
    storage = postgres_ports(database, clock=SystemClock())
    ports = memory_ports(
        policies=policies,
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        revocation_feed=storage.revocation_feed,
        old_revocations=storage.old_revocations,
    )
    return assemble(ports, policies)
