"""The service as a process of its own, as it is shipped."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

_PATIENCE = 60


@asynccontextmanager
async def serving(
    settings: Mapping[str, str], folder: Path, *, module: str = "auth_http", core: int | None = None
) -> AsyncGenerator[str]:
    """Serve on a free port while the block runs, on one core if that is said, and say at which address."""
    pinned = () if core is None else ("taskset", "--cpu-list", str(core))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AUTH_")}
    process = await asyncio.create_subprocess_exec(
        *(*pinned, sys.executable, "-m", module, "serve", "--port", "0"),
        cwd=folder,
        env={**inherited, **settings, "AUTH_LOG_FORMAT": "json"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    draining: asyncio.Task[object] | None = None
    try:
        async with asyncio.timeout(_PATIENCE):
            address = await _address_in(process.stdout)
        draining = asyncio.create_task(process.stdout.read())  # or it would fill the pipe and stand still
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if draining is not None:
            await draining


async def _address_in(output: asyncio.StreamReader) -> str:
    async for line in output:
        said = json.loads(line) if line.startswith(b"{") else {}
        if said.get("event") == "serving":
            return str(said["address"])
    raise RuntimeError("the service ended before it served")
