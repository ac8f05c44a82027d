"""What `import auth_core` costs, beside an empty interpreter and beside importing everything a service needs."""

import asyncio
import statistics
import sys
import time

STATEMENTS = {
    "nothing": "pass",
    "import auth_core": "import auth_core",
    "auth_core and its wiring": "import auth_core; auth_core.assemble",
    "the memory adapters": "import auth_adapters.memory",
    "the HTTP service": "import auth_http.app",
}


async def measure(*, quick: bool) -> dict[str, object]:
    """Return milliseconds of wall time per fresh interpreter, the statements taking turns."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(3 if quick else 15):
        for name, statement in STATEMENTS.items():
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", statement)
            await process.wait()
            times[name].append((time.perf_counter() - started) * 1000)
    empty = min(times["nothing"])
    return {
        "unit": "ms of wall time above an empty interpreter: best and median",
        "found": {
            name: {"best": round(min(taken) - empty, 1), "median": round(statistics.median(taken) - empty, 1)}
            for name, taken in times.items()
        },
    }
