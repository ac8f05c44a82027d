"""`python -m tests.proof.interleavings`: every order of the statements of two calls, on a real PostgreSQL.

    python -m tests.proof.interleavings                                          all there are
    python -m tests.proof.interleavings --of 'refresh || log out'                all of one pair
    python -m tests.proof.interleavings --of 'refresh || log out' --order 1221   one of them, step by step

What was found is printed, and with `--keep` kept under docs/reference/campaigns. The server is the one of the tests.
"""

import argparse
import asyncio
import json
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.integration.databases import databases_on
from tests.integration.postgres_source import choose, running
from tests.proof.interleavings.orders import Played, read_order, written
from tests.proof.interleavings.play import ALL, Encounter, Found, play, play_all
from tests.proof.interleavings.scheduler import NotTheSame
from tests.proof.interleavings.stage import Stage, a_stage

_KEPT: Final = Path(__file__).parents[3] / "docs" / "reference" / "campaigns" / "interleavings.json"


async def campaign(stage: Stage, encounters: Sequence[Encounter]) -> dict[str, Any]:
    """Play every order of these, and return what is worth keeping of it. Raises: Found."""
    begun = time.monotonic()
    pairs: dict[str, Any] = {}
    for encounter in encounters:
        pairs[str(encounter)] = _summary(await play_all(stage, encounter))
        sys.stderr.write(f"{pairs[str(encounter)]['orders']:5}  {encounter}\n")
    [server] = await stage.observer.fetchrow("SHOW server_version")  # type: ignore[misc]  # there is a row
    return {
        "campaign": "interleavings",
        "failures": 0,
        "orders": sum(each["orders"] for each in pairs.values()),
        "pairs": pairs,
        "seconds": round(time.monotonic() - begun, 1),
        "postgresql": server,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def _summary(orders: list[Played]) -> dict[str, Any]:
    return {
        "orders": len(orders),
        "in which one waits": sum(any(turn.waits for turn in played.turns) for played in orders),
        "most steps": max(len(played.turns) for played in orders),
        "answers": dict(sorted(Counter(played.answers for played in orders).items())),
    }


async def replay(stage: Stage, encounter: Encounter, text: str) -> str:
    """Play one order and tell what happened in it. Raises: Found."""
    played = await play(stage, encounter, read_order(text))
    lines = [f"  {turn.who} {turn.what}{' (waits)' if turn.waits else ''}" for turn in played.turns]
    return "\n".join([f"{encounter}, order {written(played.order)}", *lines, f"  {played.answers}"])


async def run(encounters: Sequence[Encounter], order: str | None, *, keep: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, running(choose(), Path(folder)) as server:
        async with databases_on(server.url) as databases, a_stage(await databases.migrated()) as stage:
            if order is not None:
                sys.stdout.write(f"{await replay(stage, encounters[0], order)}\n")
                return
            text = json.dumps(await campaign(stage, encounters), indent=2)
            sys.stdout.write(f"{text}\n")
            if keep:
                _KEPT.write_text(f"{text}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.proof.interleavings", description="Every order of two calls."
    )
    parser.add_argument("--of", metavar="PAIR", choices=[str(each) for each in ALL], help="only these two calls")
    parser.add_argument("--order", help="only this order, as it was printed; needs --of")
    parser.add_argument("--keep", action="store_true", help="keep the result in the documentation")
    given = parser.parse_args()
    if given.order and not given.of:
        parser.error("--order needs --of")
    encounters = [each for each in ALL if given.of in {None, str(each)}]
    try:
        asyncio.run(run(encounters, given.order, keep=given.keep))
    except (Found, NotTheSame) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
