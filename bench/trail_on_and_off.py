"""Log-ins over HTTP at the bcrypt cost of the service, with the audit trail and without it, in turns.

The service runs in this process as it is shipped, its jobs in the background, and its PostgreSQL beside it; the clients
are another process. Without the trail means a recorder that writes nothing; sealing goes on and finds nothing. What a
stretch with the trail leaves unsealed is sealed before its CPU is read.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dependency_injector import providers

from auth_adapters.postgres.embedded.home import Home
from auth_core import AuthCore, Origin, Redacted, assemble
from auth_core.audit.events import AuditEvent
from auth_core.ids import UserId
from auth_core.unit_of_work import UnitOfWork
from auth_http.container import Container, container_with
from auth_http.lifespan import running
from auth_http.postgres_storage import EMBEDDED_FOLDER
from auth_http.serving.settled import settle
from auth_http.settings import Settings
from auth_http.telemetry import configure_logging
from bench.log_in_storm import serving
from bench.stretch import Stretch, cpu_so_far

PASSWORD = "correct horse battery staple"
CLIENTS = 4


class NothingRecorded:
    """An audit trail that keeps nothing."""

    async def record(self, event: AuditEvent) -> None:
        """Forget it."""

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        """Return nothing."""
        del subject, limit
        return ()


class WithoutTrail:
    """Opens transactions that record nothing."""

    def __init__(self, uow: UnitOfWork[Any]) -> None:
        self._uow = uow

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Any]:
        async with self._uow() as tx:
            tx.audit = NothingRecorded()
            yield tx


async def measured(*, quick: bool) -> dict[str, object]:
    """Return log-ins a second and CPU each, with the trail and without, and what one is of the other, by round."""
    rounds, seconds = (2, 3.0) if quick else (24, 8.0)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), port=0, docs=False)
        configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=False)
        container = container_with(settings)
        async with running(container), serving(container) as address:
            postmaster = Home(settings.data_dir / EMBEDDED_FOLDER).data.joinpath("postmaster.pid")
            turns = Turns(container, address, int(postmaster.read_text().split()[0]))
            await turns.register()
            settle()
            await turns.take(seconds, recording=True)
            on, off = list[Stretch](), list[Stretch]()
            for number in range(rounds):
                for recording in (False, True) if number % 2 else (True, False):
                    (on if recording else off).append(await turns.take(seconds, recording=recording))
    return {
        "unit": "ratio: with the trail / without it, by round; milliseconds of CPU a log-in, hashing included",
        "bcrypt_cost": settings.bcrypt_cost,
        "clients": CLIENTS,
        "rounds": rounds,
        "seconds": seconds,
        "with_the_trail": Stretch.told(on),
        "without_it": Stretch.told(off),
        "ratio of log-ins a second": spread(
            [one.a_second / other.a_second for one, other in zip(on, off, strict=True)]
        ),
        "ratio of CPU": spread([one.cpu_each / other.cpu_each for one, other in zip(on, off, strict=True)]),
    }


class Turns:
    """Lets clients log in for a while, at a service that records or at one that does not."""

    def __init__(self, container: Container, address: str, postmaster: int) -> None:
        self._container = container
        self._address = address
        self._postmaster = postmaster
        self._recording: AuthCore = container.auth()
        ports = container.ports()
        self._silent = assemble(replace(ports, uow=WithoutTrail(ports.uow)), container.policies())

    async def register(self) -> None:
        for number in range(CLIENTS):
            await self._recording.users.register(
                email=f"person-{number}@example.com",
                password=Redacted(PASSWORD),
                first_name="Ada",
                last_name="Lovelace",
                origin=Origin(),
            )

    async def take(self, seconds: float, *, recording: bool) -> Stretch:
        with self._container.auth.override(providers.Object(self._recording if recording else self._silent)):
            begun = cpu_so_far(self._postmaster)
            clients = await asyncio.create_subprocess_exec(
                *("nice", "-n", "10", sys.executable, "-m", "bench.log_ins_in_turn"),
                *(self._address, str(seconds), str(CLIENTS), PASSWORD),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await clients.communicate()
            if clients.returncode:
                raise RuntimeError("the clients could not log in")
            sealing = time.perf_counter()
            await self._recording.audit.seal()
            found = json.loads(said)
            took = found["seconds"] + (time.perf_counter() - sealing)
            return Stretch(found["log_ins"], took, cpu_so_far(self._postmaster) - begun)


def spread(ratios: Sequence[float]) -> dict[str, float]:
    """Return the median of the ratios with its 95 % interval (of the ranks), and the ends."""
    ordered, number = sorted(ratios), len(ratios)
    margin = 0.98 * number**0.5
    low, high = int(max(0, number / 2 - margin)), int(min(number - 1, number / 2 + margin))
    return {
        "median": round(statistics.median(ordered), 3),
        "from": round(ordered[low], 3),
        "to": round(ordered[high], 3),
        "least": round(ordered[0], 3),
        "most": round(ordered[-1], 3),
    }
