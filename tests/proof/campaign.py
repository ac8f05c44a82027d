"""`python -m tests.proof.campaign`: the proof at length, for a machine that has a few minutes.

    python -m tests.proof.campaign --steps 1000000   scripts against the model, in memory
    python -m tests.proof.campaign --seeds 1000000   simulations
    python -m tests.proof.campaign --mutations 1000000   valid tokens with one character or one bit changed

All begin at `--first` and leave nothing to chance: the same numbers are the same scripts, simulations and changes
anywhere. What was found is printed, and kept under docs/reference/campaigns with `--keep`.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Final

from tests.proof.mutations import Issuer, mutation
from tests.proof.random_scripts import LENGTH, random_script
from tests.proof.setting import Proof
from tests.proof.simulation.simulate import Found, simulate

_KEPT: Final = Path(__file__).parents[2] / "docs" / "reference" / "campaigns"
_AT_A_TIME: Final = 500
_BETWEEN_WORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What a few of the numbers came to."""

    tally: Counter[str]
    failures: list[str]


def scripts(numbers: tuple[int, ...]) -> Part:
    """Play the scripts of these numbers against the model."""
    tally: Counter[str] = Counter()
    failures: list[str] = []
    for number in numbers:
        script = random_script(number)
        try:
            lines = asyncio.run(Proof(script.retry_window).transcript(script.steps))
        except Exception as error:  # noqa: BLE001 - whatever it is, it was found
            failures.append(f"script {number}: {type(error).__name__}: {error}")
            continue
        tally["steps"] += len(lines)
        tally.update(f"{line.row} presentations" for line in lines if line.row is not None)
    return Part(tally, failures)


def simulations(numbers: tuple[int, ...]) -> Part:
    """Run the simulations of these numbers."""
    tally: Counter[str] = Counter()
    failures: list[str] = []
    for number in numbers:
        try:
            tally += simulate(number).tally()
        except Found as found:
            failures.append(str(found))
        tally["seeds"] += 1
    return Part(tally, failures)


def mutations(numbers: tuple[int, ...]) -> Part:
    """Show the changed tokens of these numbers to whoever reads tokens of their kind."""
    _issuer()
    return asyncio.run(_mutations(numbers))


@cache
def _issuer() -> Issuer:
    """Return the issuer of this process."""
    return asyncio.run(Issuer.make())


async def _mutations(numbers: tuple[int, ...]) -> Part:
    tally: Counter[str] = Counter()
    failures: list[str] = []
    by_name = await _issuer().targets()
    names = sorted(by_name)
    for number in numbers:
        name = names[number % len(names)]
        kind, text = mutation(by_name[name].token, number)
        if await by_name[name].accepts(text):
            failures.append(f"mutation {number} of {name}, {kind}: {text!r}")
        tally.update((name, kind))
    return Part(tally, failures)


def run(work: Callable[[tuple[int, ...]], Part], *, first: int, count: int, jobs: int) -> dict[str, object]:
    """Do the work for `count` numbers in `jobs` processes, and return what is worth keeping of it."""
    begun = time.monotonic()
    tally: Counter[str] = Counter()
    failures: list[str] = []
    with ProcessPoolExecutor(jobs) as pool:
        for done, part in enumerate(pool.map(work, batched(range(first, first + count), _AT_A_TIME)), 1):
            tally += part.tally
            failures += part.failures
            if done % _BETWEEN_WORDS == 0:
                sys.stderr.write(f"{done * _AT_A_TIME} of {count}, {len(failures)} failures\n")
    seconds = time.monotonic() - begun
    return {
        "campaign": work.__name__,
        "first": first,
        "count": count,
        "failures": len(failures),
        "first failures": failures[:3],
        "tally": dict(sorted(tally.items())),
        "seconds": round(seconds, 1),
        "per second": round(count / seconds),
        "processes": jobs,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.campaign", description="The proof at length.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--steps", type=int, help="how many steps of scripts to play")
    what.add_argument("--seeds", type=int, help="how many simulations to run")
    what.add_argument("--mutations", type=int, help="how many changed tokens to show")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes share the work")
    parser.add_argument("--keep", action="store_true", help="keep the result in the documentation")
    given = parser.parse_args()
    if given.steps:
        found = run(scripts, first=given.first, count=-(-given.steps // LENGTH), jobs=given.jobs)
    elif given.mutations:
        found = run(mutations, first=given.first, count=given.mutations, jobs=given.jobs)
    else:
        found = run(simulations, first=given.first, count=given.seeds, jobs=given.jobs)
    text = json.dumps(found, indent=2)
    sys.stdout.write(f"{text}\n")
    if given.keep:
        _KEPT.mkdir(parents=True, exist_ok=True)
        (_KEPT / f"{found['campaign']}.json").write_text(f"{text}\n", encoding="utf-8")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
