"""Deliverers and their database are killed at every step, and everything that was committed arrives all the same."""

import asyncio
import os
import platform
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres, RunningPostgres
from auth_adapters.system import SystemClock
from auth_core import InvalidWebhook, Redacted, Unavailable
from tests.proof.deliveries.channels import CHANNELS, SECRET, Arrival, Channel
from tests.proof.deliveries.points import Plan, Point, Victim, kill_with_children

_PATIENCE: Final = 120.0
_AHEAD: Final = 40
"""By how many those who post are ahead, at most: some wait all the time, and they do not pile up."""


class Lost(Exception):
    """Something did not arrive that should have, or something arrived that should not."""


class RollBack(Exception):
    """Ends a transaction of which nothing may be sent."""


@dataclass(slots=True)
class Posted:
    """What was posted, by what its poster knows of it."""

    committed: set[UUID] = field(default_factory=set[UUID])
    rolled_back: set[UUID] = field(default_factory=set[UUID])
    unknown: set[UUID] = field(default_factory=set[UUID])


@dataclass(slots=True)
class Scene:
    home: Path
    postgres: RunningPostgres
    channel: Channel
    database: Database
    posted: Posted = field(default_factory=Posted)
    killed: Counter[str] = field(default_factory=Counter[str])
    dice: random.Random = field(default_factory=random.Random)

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AUTH_")}
        return ours | {
            "AUTH_MASTER_SECRET": SECRET,
            "AUTH_DATABASE_URL": self.postgres.url().replace("+asyncpg", ""),
            "AUTH_DATABASE_TIMEOUT_SECONDS": "2",
            "AUTH_LOG_FORMAT": "json",
            **self.channel.environment,
        }

    def look(self) -> Sequence[Arrival]:
        """Return what has arrived. Raises: Lost when something came that its receiver would not believe."""
        try:
            return self.channel.arrived()
        except InvalidWebhook as error:
            raise Lost(f"what came is not to be believed: {error}") from None


async def run(kills: int, *, of: str = "mail", seed: int, home: Path) -> dict[str, Any]:
    """Kill that many times, on the channel `of` this name, and return what is worth keeping of it. Raises: Lost."""
    begun = time.monotonic()
    async with _scene(home, of, seed) as scene:
        posting = asyncio.create_task(_keep_posting(scene))
        for number, (point, victim) in enumerate(islice(cycle(product(Point, Victim)), kills), 1):
            plan = Plan(point, victim, scene.dice.randint(1, 3), str(scene.postgres.pid))
            try:
                await _kill(scene, plan)
            except TimeoutError:
                if posting.done():
                    posting.result()
                raise Lost(f"it did not come about in time: {plan}") from None
            if number % 10 == 0:
                sys.stderr.write(f"{number} of {kills} kills, {scene.channel.arrivals} arrived\n")
            if posting.done():
                break
        posting.cancel()
        with suppress(asyncio.CancelledError):
            await posting
        await _deliver_the_rest(scene)
        return await _judged(scene) | {
            "kills": kills,
            "seed": seed,
            "killed": dict(sorted(scene.killed.items())),
            "seconds": round(time.monotonic() - begun, 1),
            "postgresql": await _version(scene),
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
        }


@asynccontextmanager
async def _scene(home: Path, of: str, seed: int) -> AsyncGenerator[Scene]:
    postgres = await asyncio.to_thread(EmbeddedPostgres(home).start)
    try:
        await asyncio.to_thread(postgres.create_database)
        address = Redacted(postgres.url())
        await migrate(address)
        async with CHANNELS[of]() as channel:
            database = Database(address)
            scene = Scene(home, postgres, channel, database, dice=random.Random(seed))
            try:
                await channel.get_ready(scene.environment)
                yield scene
            finally:
                await database.close()
                postgres = scene.postgres
    finally:
        await asyncio.to_thread(postgres.stop)


async def _keep_posting(scene: Scene) -> None:
    """Post things, some of them in transactions that are rolled back, whatever becomes of the database."""
    uow, posted = postgres_ports(scene.database, clock=SystemClock()).uow, scene.posted
    while True:
        while len(posted.committed - {each.id for each in scene.look()}) > _AHEAD:
            await asyncio.sleep(0.05)
        made = set[UUID]()
        rolls_back = scene.dice.random() < 0.2
        outcome = posted.unknown
        try:
            async with uow() as tx:
                await scene.channel.post(tx, made, count=scene.dice.randint(1, 3), at=SystemClock().now())
                if rolls_back:
                    raise RollBack
            outcome = posted.committed
        except RollBack:
            outcome = posted.rolled_back
        except Unavailable:
            await asyncio.sleep(0.1)
        finally:  # whoever is stopped in the middle does not know what became of it
            outcome.update(made)
        await asyncio.sleep(0.05)


async def _kill(scene: Scene, plan: Plan) -> None:
    """Let a deliverer work until the plan is carried out, and put right what was killed."""
    with _deliverer(scene, plan) as starting:
        process = await starting
        if plan.point is Point.TAKEN:
            scene.channel.when_taken(lambda: _at_the_receiver(process, plan))
        if plan.victim is Victim.WORKER:
            async with asyncio.timeout(_PATIENCE):
                code = await process.wait()
            if code != -signal.SIGKILL:
                raise Lost(f"a deliverer ended with {code} and not as planned: {plan}")
        else:
            await _until_gone(scene.postgres.pid, process, plan)
            scene.postgres = await asyncio.to_thread(EmbeddedPostgres(scene.home).start)
            before = scene.channel.arrivals
            async with asyncio.timeout(_PATIENCE):  # it finds its way back by itself
                while scene.channel.arrivals == before:
                    await asyncio.sleep(0.02)
            process.terminate()
            async with asyncio.timeout(_PATIENCE):
                if (code := await process.wait()) != 0:
                    raise Lost(f"a deliverer that was told to stop ended with {code}: {plan}")
    scene.killed[f"{plan.victim} at {plan.point}"] += 1


@contextmanager
def _deliverer(scene: Scene, plan: Plan | None) -> Generator[Any]:
    """Start a deliverer, and leave none behind."""
    started: list[asyncio.subprocess.Process] = []

    async def start() -> asyncio.subprocess.Process:
        environment = scene.environment | (plan.as_environment() if plan and plan.point is not Point.TAKEN else {})
        with (scene.home / "deliverer.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.proof.deliveries.worker", scene.channel.name),
                env=environment,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    try:
        yield start()
    finally:
        scene.channel.when_taken(None)
        for process in started:
            with suppress(ProcessLookupError):
                process.kill()


def _at_the_receiver(process: asyncio.subprocess.Process, plan: Plan) -> None:
    if plan.victim is Victim.WORKER:
        with suppress(ProcessLookupError):
            process.kill()
    else:
        kill_with_children(int(plan.postgres))


async def _until_gone(pid: int, process: asyncio.subprocess.Process, plan: Plan) -> None:
    async with asyncio.timeout(_PATIENCE):
        while _lives(pid):
            if process.returncode is not None:
                raise Lost(f"a deliverer ended with {process.returncode} before its time: {plan}")
            await asyncio.sleep(0.02)


def _lives(pid: int) -> bool:
    """Say whether the process is there and no corpse that nobody has collected yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def _deliver_the_rest(scene: Scene) -> None:
    queue = scene.channel.queue(postgres_ports(scene.database, clock=SystemClock()))
    with _deliverer(scene, None) as starting:
        process = await starting
        async with asyncio.timeout(_PATIENCE):
            while True:
                with suppress(Unavailable):
                    if (await queue.look()).waiting == 0:
                        break
                await asyncio.sleep(0.1)
        process.terminate()
        await process.wait()


async def _judged(scene: Scene) -> dict[str, Any]:
    """Compare what was posted with what arrived. Raises: Lost."""
    posted, found, arrived = scene.posted, scene.look(), defaultdict[UUID, set[bytes]](set)
    for each in found:
        arrived[each.id].add(each.content)
    rows = (await scene.database.single_statements.read(text(scene.channel.stored))).rows
    stored = {row.id: row.state for row in rows}
    wrong = {
        "committed and not sent": posted.committed - arrived.keys(),
        "rolled back and sent": posted.rolled_back & arrived.keys(),
        "sent and not stored": arrived.keys() - stored.keys(),
        "stored and not sent": stored.keys() - arrived.keys(),
        "not known to be sent": {each for each, state in stored.items() if state != "sent"},
        "stored twice": {each for each, count in Counter(row.id for row in rows).items() if count > 1},
        "different copies": {each for each, copies in arrived.items() if len(copies) > 1},
        "sent by nobody": arrived.keys() - posted.committed - posted.unknown,
    }
    if lost := {what: sorted(map(str, which))[:3] for what, which in wrong.items() if which}:
        raise Lost(str(lost))
    return {
        "campaign": scene.channel.campaign,
        "failures": 0,
        "committed": len(posted.committed),
        "rolled back": len(posted.rolled_back),
        "commit answers lost": len(posted.unknown),
        "of those committed": len(posted.unknown & stored.keys()),
        **scene.channel.told(found),
    }


async def _version(scene: Scene) -> str:
    [[version]] = (await scene.database.single_statements.read(text("SHOW server_version"))).rows
    return str(version)
