"""What sealing the audit trail costs those who write it: log-ins over PostgreSQL, with sealing and without, in turns.

What counts is the CPU a log-in takes, of this process and the server's together: on a machine that does other things
as well, how many there were in a second says little (Linux only: it is read from /proc). Both run on one database in
one process, in short stretches that take turns. A password costs nothing here: what is measured is the database, not
the hashing that hides it. The trail grows all the time, and a stretch with sealing begins by sealing what the one
before has left.
"""

import asyncio
import os
import statistics
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.postgres.embedded.home import Home
from auth_adapters.system import SystemClock
from auth_core import AuditPolicy, AuthCore, Origin, Redacted, assemble
from auth_core.audit.verdict import Whole

PASSWORD = Redacted("correct horse battery staple")
HERE = Origin(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux)", request_id="2f6d1e0c4a5546b0")
CLIENTS = 8
SEAL_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many log-ins there were, in how many seconds, for how much CPU."""

    log_ins: int
    seconds: float
    cpu: float

    @property
    def milliseconds_each(self) -> float:
        return 1000 * self.cpu / self.log_ins


async def measure(*, quick: bool) -> dict[str, object]:
    """Return milliseconds of CPU a log-in with sealing and without, and what one is of the other."""
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
                return await _measured(_core_over(database), postmaster, rounds=rounds, seconds=seconds)
            finally:
                await database.close()
        finally:
            server.stop()


def _core_over(database: Database) -> AuthCore:
    policies = replace(FOR_TESTS, audit=AuditPolicy(seal_every=timedelta(seconds=SEAL_EVERY)))
    storage = postgres_ports(database, clock=SystemClock())
    ports = memory_ports(
        policies=policies,
        uow=storage.uow,
        candidates=storage.candidates,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        revocation_feed=storage.revocation_feed,
        old_revocations=storage.old_revocations,
        old_answers=storage.old_answers,
    )
    return assemble(ports, policies)


async def _measured(auth: AuthCore, postmaster: int, *, rounds: int, seconds: float) -> dict[str, object]:
    await auth.tokens.rotate_keys(if_due=True, origin=HERE)
    people = [f"user{number}@example.com" for number in range(CLIENTS)]
    for email in people:
        await auth.users.register(email=email, password=PASSWORD, first_name="A", last_name="B", origin=HERE)
    await _log_ins(auth, people, postmaster, seconds=seconds)
    without, with_sealing, took_sealing = list[Stretch](), list[Stretch](), list[float]()
    for number in range(rounds):
        # Neither has the better place in every round.
        for sealed in (False, True) if number % 2 else (True, False):
            sealing = asyncio.create_task(_keep_sealing(auth, took_sealing)) if sealed else None
            stretch = await _log_ins(auth, people, postmaster, seconds=seconds)
            (with_sealing if sealed else without).append(stretch)
            if sealing is not None:
                sealing.cancel()
                with suppress(asyncio.CancelledError):
                    await sealing
    await auth.audit.seal()
    begun = time.perf_counter()
    verdict = await auth.audit.verify()
    took = time.perf_counter() - begun
    assert isinstance(verdict, Whole), verdict
    ratios = sorted(on.milliseconds_each / off.milliseconds_each for on, off in zip(with_sealing, without, strict=True))
    return {
        "unit": "milliseconds of CPU a log-in, median of rounds; ratio: with sealing / without, by round",
        "clients": CLIENTS,
        "seal_every_seconds": SEAL_EVERY,
        "rounds": rounds,
        "seconds": seconds,
        "found": {
            "without_sealing": _told(without),
            "with_sealing": _told(with_sealing),
            "ratio": {
                "median": round(statistics.median(ratios), 3),
                "least": round(ratios[0], 3),
                "most": round(ratios[-1], 3),
            },
            "sealing": {"times": len(took_sealing), "milliseconds": round(1000 * statistics.median(took_sealing), 1)},
            "verifying": {
                "events": verdict.events,
                "batches": verdict.batches,
                "events_a_second": round(verdict.events / took),
            },
        },
    }


def _told(stretches: list[Stretch]) -> dict[str, float]:
    return {
        "milliseconds": round(statistics.median(each.milliseconds_each for each in stretches), 3),
        "log_ins_a_second": round(statistics.median(each.log_ins / each.seconds for each in stretches)),
    }


async def _log_ins(auth: AuthCore, people: list[str], postmaster: int, *, seconds: float) -> Stretch:
    """Let each client do one log-in after the other for as long."""
    begun, cpu = time.perf_counter(), time.process_time() + _cpu_of_server(postmaster)

    async def client(email: str) -> int:
        done = 0
        while time.perf_counter() - begun < seconds:
            await auth.login.log_in(email=email, password=PASSWORD, origin=HERE)
            done += 1
        return done

    done = sum(await asyncio.gather(*map(client, people)))
    spent = time.process_time() + _cpu_of_server(postmaster) - cpu
    return Stretch(done, time.perf_counter() - begun, spent)


def _cpu_of_server(postmaster: int) -> float:
    """Return the seconds of CPU that the server has taken, in all of its processes, those that are gone included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def _keep_sealing(auth: AuthCore, took: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await auth.audit.seal(if_due=True)
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(SEAL_EVERY)
