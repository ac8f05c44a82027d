"""What the audit trail costs: log-ins over PostgreSQL with sealing, without, and without any trail, in turns.

What counts is the CPU a log-in takes, of this process and the server's together: on a machine that does other things
as well, how many there were in a second says little (Linux only: it is read from /proc). All run on one database in
one process, in short stretches that take turns. A password costs nothing here: what is measured is the database, not
the hashing that hides it. The trail grows all the time, and a stretch with sealing begins by sealing what the one
before has left. What a whole log-in over HTTP gives up for the trail, password included, `trail_on_and_off` measures.
"""

import asyncio
import statistics
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.postgres.embedded.home import Home
from auth_adapters.system import SystemClock
from auth_core import AuditPolicy, AuthCore, Origin, Redacted, assemble
from auth_core.audit.verdict import Whole
from bench import trail_on_and_off
from bench.stretch import Stretch, cpu_so_far
from bench.trail_on_and_off import WithoutTrail, spread

PASSWORD = Redacted("correct horse battery staple")
HERE = Origin(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux)", request_id="2f6d1e0c4a5546b0")
CLIENTS = 8
SEAL_EVERY = 5.0
WAYS = WITH_SEALING, WITHOUT_SEALING, WITHOUT_TRAIL = "with sealing", "without sealing", "without any trail"


async def measure(*, quick: bool) -> dict[str, object]:
    """Return what both measurements found."""
    return {
        "database": await _database(quick=quick),
        "whole log-ins over HTTP": await trail_on_and_off.measured(quick=quick),
    }


async def _database(*, quick: bool) -> dict[str, object]:
    """Return milliseconds of CPU a log-in in each way, and what one is of the other."""
    rounds, seconds = (2, 1.5) if quick else (12, 5.0)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "postgres"
        server = EmbeddedPostgres(home).start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            postmaster = int(Home(home).data.joinpath("postmaster.pid").read_text().split()[0])
            database = Database(address, pool_size=CLIENTS + 4)
            try:
                return await _measured(*_cores_over(database), postmaster, rounds=rounds, seconds=seconds)
            finally:
                await database.close()
        finally:
            server.stop()


def _cores_over(database: Database) -> tuple[AuthCore, AuthCore]:
    """Return the core, and one that records nothing."""
    policies = replace(FOR_TESTS, audit=AuditPolicy(seal_every=timedelta(seconds=SEAL_EVERY)))
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
        old_answers=storage.old_answers,
    )
    return assemble(ports, policies), assemble(replace(ports, uow=WithoutTrail(ports.uow)), policies)


async def _measured(
    auth: AuthCore, silent: AuthCore, postmaster: int, *, rounds: int, seconds: float
) -> dict[str, object]:
    await auth.tokens.rotate_keys(if_due=True, origin=HERE)
    people = [f"user{number}@example.com" for number in range(CLIENTS)]
    for email in people:
        await auth.users.register(email=email, password=PASSWORD, first_name="A", last_name="B", origin=HERE)
    await _log_ins(auth, people, postmaster, seconds=seconds)
    found: dict[str, list[Stretch]] = {way: [] for way in WAYS}
    took_sealing = list[float]()
    for number in range(rounds):
        # None has the better place in every round.
        for way in WAYS if number % 2 else reversed(WAYS):
            sealing = asyncio.create_task(_keep_sealing(auth, took_sealing)) if way == WITH_SEALING else None
            writing = silent if way == WITHOUT_TRAIL else auth
            found[way].append(await _log_ins(writing, people, postmaster, seconds=seconds))
            if sealing is not None:
                sealing.cancel()
                with suppress(asyncio.CancelledError):
                    await sealing
    await auth.audit.seal()
    begun = time.perf_counter()
    verdict = await auth.audit.verify()
    took = time.perf_counter() - begun
    assert isinstance(verdict, Whole), verdict
    return {
        "unit": "milliseconds of CPU a log-in, median of rounds; ratios by round",
        "clients": CLIENTS,
        "seal_every_seconds": SEAL_EVERY,
        "rounds": rounds,
        "seconds": seconds,
        "found": {
            **{way: Stretch.told(stretches) for way, stretches in found.items()},
            "with sealing / without": _ratio(found[WITH_SEALING], found[WITHOUT_SEALING]),
            "with sealing / without any trail": _ratio(found[WITH_SEALING], found[WITHOUT_TRAIL]),
            "sealing": {"times": len(took_sealing), "milliseconds": round(1000 * statistics.median(took_sealing), 1)},
            "verifying": {
                "events": verdict.events,
                "batches": verdict.batches,
                "events_a_second": round(verdict.events / took),
            },
        },
    }


def _ratio(these: list[Stretch], those: list[Stretch]) -> dict[str, float]:
    return spread([this.cpu_each / that.cpu_each for this, that in zip(these, those, strict=True)])


async def _log_ins(auth: AuthCore, people: list[str], postmaster: int, *, seconds: float) -> Stretch:
    """Let each client do one log-in after the other for as long."""
    begun, cpu = time.perf_counter(), cpu_so_far(postmaster)

    async def client(email: str) -> int:
        done = 0
        while time.perf_counter() - begun < seconds:
            await auth.login.log_in(email=email, password=PASSWORD, origin=HERE)
            done += 1
        return done

    done = sum(await asyncio.gather(*map(client, people)))
    return Stretch(done, time.perf_counter() - begun, cpu_so_far(postmaster) - cpu)


async def _keep_sealing(auth: AuthCore, took: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await auth.audit.seal(if_due=True)
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(SEAL_EVERY)
