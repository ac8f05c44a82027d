"""`python -m tests.fuzz.campaign`: anything at all, half a million times, for a machine that has some minutes.

    python -m tests.fuzz.campaign --requests 500000   damaged, generated and thrown at a server, in these shares
    python -m tests.fuzz.campaign --inputs 100000     inputs to each reader of tokens, bodies, cursors and files

Both begin at `--first` and go on from there: the same numbers are the same requests, but for the ids and tokens that
are known. `--seconds` ends them early, and the result says how far they came, to be continued with `--first`. What was
found is printed, and kept under docs/reference/campaigns with `--keep`.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import batched, islice
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded import EmbeddedPostgres
from tests.fuzz.barrage import Found, ask_all
from tests.fuzz.generated import Generating
from tests.fuzz.heard import listening
from tests.fuzz.house import UNSAFE_NO_THROTTLE, House
from tests.fuzz.targets.inputs import read_all
from tests.fuzz.wire.throwing import throw_all
from tests.integration.operations.service_process import ServiceProcess, serving

_KEPT: Final = Path(__file__).parents[2] / "docs" / "reference" / "campaigns"
_AT_A_TIME: Final = 2_500
_EXAMPLES: Final = 8
"""Cases of each operation and kind at a time: whoever generates them takes long to begin."""
_SHARES: Final = {"damaged": 0.82, "generated": 0.02, "thrown": 0.16}

type Work = Callable[[tuple[int, ...]], Found]


def damaged(numbers: tuple[int, ...]) -> Found:
    """Ask a service in memory the requests of these numbers."""
    return asyncio.run(ask_all(numbers))


def generated(numbers: tuple[int, ...]) -> Found:
    """Let schemathesis ask a service in memory, about as often as there are numbers."""
    with listening() as heard, asyncio.Runner() as runner:
        house = runner.run(House.make(settings=UNSAFE_NO_THROTTLE))
        heard.take()
        generating = Generating(runner, house, heard)
        while generating.found.tally.total() < len(numbers):
            done = generating.found.tally.total()
            generating.explore(_EXAMPLES, first=numbers[0] + done)
            generating.walk(20, first=numbers[0] + done)
        return generating.found


def thrown(numbers: tuple[int, ...], *, port: int) -> Found:
    """Throw what is under these numbers at the server."""
    return asyncio.run(throw_all(numbers, port))


@contextmanager
def _served(folder: Path) -> Generator[ServiceProcess]:
    """Run the service as anybody would, on a PostgreSQL of its own."""
    database = EmbeddedPostgres(folder / "postgres", unsafe_no_fsync=True).start()
    try:
        database.create_database()
        settings = {
            "AUTH_ENV": "development",
            "AUTH_DATABASE_URL": database.url(),
            "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",
            "AUTH_BCRYPT_COST": "4",
            "AUTH_LOG_FORMAT": "json",
            "AUTH_MAIL": "off",
        }
        with serving(folder=folder, settings=settings) as service:
            yield service
    finally:
        database.stop()


def _faults_of(service: ServiceProcess) -> list[str]:
    """Return what the service complained of, and whether it is still there."""
    logged = [json.loads(line) for line in service.said.split("\n") if line.startswith("{")]
    unexpected = [line for line in logged if line["event"] in {"unexpected_error", "nobody_caught"}]
    alive, _ = service.ask("GET", "/health/ready")
    return [f"it was logged: {line}"[:500] for line in unexpected] + ([f"afterwards: {alive}"] if alive != 200 else [])


class Campaign:
    """Does work for numbers in several processes until it is done or there is no more time."""

    def __init__(self, jobs: int, seconds: float | None) -> None:
        self._jobs = jobs
        self._begun = time.monotonic()
        self._end = None if seconds is None else self._begun + seconds
        self.tallies: dict[str, Counter[str]] = {}
        self.failures: list[str] = []

    def run(self, name: str, work: Work, *, first: int, count: int) -> None:
        """Do `work` for `count` numbers."""
        tally = self.tallies.setdefault(name, Counter())
        parts = batched(range(first, first + count), _AT_A_TIME)
        with ProcessPoolExecutor(self._jobs) as pool:
            # No more under way than there are processes: what has not begun is left when the time is over.
            waiting = [pool.submit(work, part) for part in islice(parts, self._jobs)]
            while waiting:
                self._take(name, waiting.pop(0), tally)
                if not self._is_over:
                    waiting.extend(pool.submit(work, part) for part in islice(parts, 1))

    def _take(self, name: str, done: Future[Found], tally: Counter[str]) -> None:
        found = done.result()
        tally += found.tally
        self.failures += [f"{name}: {failure}" for failure in found.failures]
        for failure in found.failures:
            sys.stderr.write(f"{name}: {failure}\n")
        sys.stderr.write(f"{name}: {tally.total()}, {len(self.failures)} failures, {self.seconds:.0f} s\n")

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._begun

    @property
    def _is_over(self) -> bool:
        return self._end is not None and time.monotonic() > self._end

    def result(self, name: str, *, first: int, asked: int) -> dict[str, object]:
        """Return what is worth keeping."""
        count = sum(tally.total() for tally in self.tallies.values())
        return {
            "campaign": name,
            "first": first,
            "asked for": asked,
            "count": count,
            "failures": len(self.failures),
            "first failures": self.failures[:3],
            "tally": {name: dict(sorted(tally.items())) for name, tally in self.tallies.items()},
            "seconds": round(self.seconds, 1),
            "per second": round(count / self.seconds),
            "processes": self._jobs,
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        }


def requests(campaign: Campaign, *, first: int, count: int) -> None:
    """Ask, generate and throw `count` requests in all."""
    works: dict[str, Work] = {"generated": generated, "damaged": damaged}
    for name, work in works.items():
        campaign.run(name, work, first=first, count=round(count * _SHARES[name]))
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as service:
        campaign.run("thrown", partial(thrown, port=service.port), first=first, count=round(count * _SHARES["thrown"]))
        campaign.failures += _faults_of(service)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.campaign", description="Anything at all, at length.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--requests", type=int, help="how many requests to send")
    what.add_argument("--inputs", type=int, help="how many inputs to give to every reader")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--seconds", type=float, help="begin nothing more after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes share the work")
    parser.add_argument("--keep", action="store_true", help="keep the result in the documentation")
    given = parser.parse_args()
    campaign = Campaign(given.jobs, given.seconds)
    name = "requests" if given.requests else "inputs"
    if given.requests:
        requests(campaign, first=given.first, count=given.requests)
    else:
        campaign.run("inputs", read_all, first=given.first, count=given.inputs)
    found = campaign.result(name, first=given.first, asked=given.requests or given.inputs)
    text = json.dumps(found, indent=2)
    sys.stdout.write(f"{text}\n")
    if given.keep:
        (_KEPT / f"{found['campaign']}.json").write_text(f"{text}\n", encoding="utf-8")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
