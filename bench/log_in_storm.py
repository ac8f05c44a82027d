"""Fifty people log in at once, at bcrypt cost 12: does the event loop stall, and does anything else wait?

The service runs in this process, as it is shipped, with a probe in its loop; the clients are another process, and so is
the PostgreSQL. The clients give way to the others, as if they were on another machine. The same is measured while
nobody logs in, because other programs make a machine stall as well.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from auth_core import Origin, Redacted
from auth_http.app import wired
from auth_http.container import Container, container_with
from auth_http.lifespan import running
from auth_http.serving.settled import settle
from auth_http.settings import Settings
from auth_http.telemetry import configure_logging
from bench.loop_probe import watching

PEOPLE = 50
PASSWORD = "correct horse battery staple"


async def measure(*, quick: bool) -> dict[str, object]:
    """Return the lateness of the loop and of `GET /health/live`, in milliseconds, in peace and in the storm."""
    rounds = 1 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), port=0, docs=False)
        configure_logging(level=settings.log_level, log_format=settings.log_format, log_sql=False)
        container = container_with(settings)
        async with running(container), serving(container) as address:
            await container.auth().users.register(
                email="ada@example.com",
                password=Redacted(PASSWORD),
                first_name="Ada",
                last_name="Lovelace",
                origin=Origin(),
            )
            settle()
            peace = await during("peace", address, rounds)
            storm = await during("storm", address, rounds)
    return {
        "people": PEOPLE,
        "rounds": rounds,
        "bcrypt_cost": settings.bcrypt_cost,
        "unit": "ms",
        "peace": peace,
        "storm": storm,
    }


async def during(weather: str, address: str, rounds: int) -> dict[str, object]:
    """Let the clients do their part, and watch the loop meanwhile."""
    async with watching() as stalls:
        clients = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", sys.executable, "-m", "bench.log_in_clients"),
            *(weather, address, str(rounds), str(PEOPLE), PASSWORD),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await clients.communicate()
    return {"loop": stalls.summary(), **json.loads(said)}


@asynccontextmanager
async def serving(container: Container) -> AsyncGenerator[str]:
    """Serve in this very loop, and say where."""
    config = uvicorn.Config(wired(container), port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
