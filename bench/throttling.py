"""What counting attempts costs a log-in: CPU and rate at the bcrypt cost of the service, with it and without, in turns.

The service runs in this process as it is shipped, its PostgreSQL beside it; the clients are another process, and use no
device token, so every log-in takes from three budgets and settles them. Then what a refusal costs, as a flood of
attempts on an empty budget.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dependency_injector import providers

from auth_adapters.postgres.embedded.home import Home
from auth_core import (
    Allowance,
    AuthCore,
    InvalidCredentials,
    Origin,
    Redacted,
    TooManyAttempts,
    UnsafeNoThrottle,
    assemble,
)
from auth_core.testing import UnsafeFastHasher
from auth_http.container import Container, container_with
from auth_http.lifespan import running
from auth_http.postgres_storage import EMBEDDED_FOLDER
from auth_http.serving.settled import settle
from auth_http.settings import Settings
from auth_http.telemetry import configure_logging
from bench.log_in_storm import serving
from bench.stretch import Stretch, cpu_so_far
from bench.trail_on_and_off import spread

PASSWORD = "correct horse battery staple"
CLIENTS = 4
FLOOD = 2000
IN_A_ROW = 100


async def measure(*, quick: bool) -> dict[str, object]:
    """Return log-ins a second and CPU each, counted and not, what one is of the other, and what a refusal costs."""
    rounds, seconds = (2, 3.0) if quick else (12, 6.0)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), port=0, docs=False, throttle_source=Allowance.parse("100000/1h"))
        configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=False)
        container = container_with(settings)
        async with running(container), serving(container) as address:
            postmaster = Home(settings.data_dir / EMBEDDED_FOLDER).data.joinpath("postmaster.pid")
            turns = Turns(container, address, int(postmaster.read_text().split()[0]))
            await turns.register()
            settle()
            await turns.take(seconds, counting=True)
            on, off = list[Stretch](), list[Stretch]()
            for number in range(rounds):
                for counting in (False, True) if number % 2 else (True, False):
                    (on if counting else off).append(await turns.take(seconds, counting=counting))
            refusals = await turns.flood()
            beyond = await turns.beyond_the_hash(rounds=rounds)
    return {
        "unit": "ratio: counted / not counted, by round; milliseconds of CPU a log-in, hashing included",
        "bcrypt_cost": settings.bcrypt_cost,
        "clients": CLIENTS,
        "rounds": rounds,
        "seconds": seconds,
        "counted": Stretch.told(on),
        "not_counted": Stretch.told(off),
        "ratio of log-ins a second": spread(
            [one.a_second / other.a_second for one, other in zip(on, off, strict=True)]
        ),
        "ratio of CPU": spread([one.cpu_each / other.cpu_each for one, other in zip(on, off, strict=True)]),
        "microseconds of CPU a log-in without its hash, PostgreSQL included": beyond,
        "microseconds of CPU a refusal in the core, PostgreSQL included": refusals,
    }


class Turns:
    """Lets clients log in for a while, at a service that counts or at one that does not."""

    def __init__(self, container: Container, address: str, postmaster: int) -> None:
        self._container = container
        self._address = address
        self._postmaster = postmaster
        self._counting: AuthCore = container.auth()
        self._blind = assemble(container.ports(), replace(container.policies(), throttling=UnsafeNoThrottle()))

    async def register(self) -> None:
        """Let there be somebody to log in."""
        for number in range(CLIENTS):
            await self._counting.users.register(
                email=f"person-{number}@example.com",
                password=Redacted(PASSWORD),
                first_name="Ada",
                last_name="Lovelace",
                origin=Origin(),
            )

    async def take(self, seconds: float, *, counting: bool) -> Stretch:
        """Let them log in for so long."""
        with self._container.auth.override(providers.Object(self._counting if counting else self._blind)):
            begun = cpu_so_far(self._postmaster)
            clients = await asyncio.create_subprocess_exec(
                *("nice", "-n", "10", sys.executable, "-m", "bench.log_ins_in_turn"),
                *(self._address, str(seconds), str(CLIENTS), PASSWORD),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await clients.communicate()
            if clients.returncode:
                raise RuntimeError("the clients could not log in")
            found = json.loads(said)
            return Stretch(found["log_ins"], found["seconds"], cpu_so_far(self._postmaster) - begun)

    async def beyond_the_hash(self, *, rounds: int) -> dict[str, float]:
        """Log in with passwords that are hashed by nobody, counted and not in turns; return what one costs of each."""
        ports = replace(self._container.ports(), hasher=UnsafeFastHasher())
        policies = self._container.policies()
        unsafe = replace(policies, throttling=UnsafeNoThrottle())
        cores = {"counted": assemble(ports, policies), "not counted": assemble(ports, unsafe)}
        email, password = "fast@example.com", Redacted(PASSWORD)
        await cores["counted"].users.register(
            email=email, password=password, first_name="Ada", last_name="Lovelace", origin=Origin()
        )
        costs: dict[str, list[float]] = {name: [] for name in cores}
        for _ in range(rounds):
            for name, core in cores.items():
                begun = cpu_so_far(self._postmaster)
                for _ in range(IN_A_ROW):
                    await core.login.log_in(email=email, password=password, origin=Origin(address="192.0.2.1"))
                costs[name].append((cpu_so_far(self._postmaster) - begun) / IN_A_ROW * 1e6)
        return {name: round(statistics.median(each), 1) for name, each in costs.items()}

    async def flood(self) -> dict[str, float]:
        """Empty a budget, and go on; return what each attempt costs that is refused, within a second and later."""
        origin, login = Origin(address="192.0.2.1"), self._counting.login.log_in

        async def attempt() -> None:
            with suppress(InvalidCredentials, TooManyAttempts):
                await login(email="nobody@example.com", password=Redacted("wrong"), origin=origin)

        for _ in range(10):
            await attempt()
        remembered = await self._cpu_of(attempt)
        recent = login.throttle.recent
        forgetful = replace(login, throttle=replace(login.throttle, recent=type(recent)()))
        names = [each.name for each in login.throttle.log_in("nobody@example.com", origin)]

        async def attempt_anew() -> None:
            forgetful.throttle.recent.forget(names)
            with suppress(TooManyAttempts):
                await forgetful(email="nobody@example.com", password=Redacted("wrong"), origin=origin)

        return {"remembered": remembered, "asked of the database": await self._cpu_of(attempt_anew)}

    async def _cpu_of(self, act: Callable[[], Awaitable[None]]) -> float:
        begun = cpu_so_far(self._postmaster)
        for _ in range(FLOOD):
            await act()
        return round((cpu_so_far(self._postmaster) - begun) / FLOOD * 1e6, 1)
