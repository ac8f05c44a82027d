"""A server that is measured: started, pinned to its core, asked what it used."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.contestants import Start
from bench.peers.wire import Connection, Request

_PATIENCE: Final = 120
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One that answers. Linux only: it is looked up in /proc."""

    pid: int
    port: int
    seconds_to_start: float

    def cpu_seconds(self) -> float:
        """Return what it and its children have used so far."""
        return sum(time.clock_gettime(_clock_of(pid)) for pid in _family(self.pid))

    def resident_bytes(self) -> int:
        """Return what they hold of the memory."""
        return sum(_resident_pages(pid) for pid in _family(self.pid)) * _PAGE


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@asynccontextmanager
async def running(start: Start, port: int, *, core: int, probe: Request) -> AsyncGenerator[Server]:
    """Run it on one core while the block lasts; it has started when `probe` gets an answer."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["taskset", "--cpu-list", str(core), *start.command],
        cwd=start.folder,
        env=_environ_of(start),
        stdout=subprocess.DEVNULL,
        stderr=(start.folder / "stderr").open("ab"),
    )
    try:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE), Connection(port) as connection:
                    await connection.ask(probe)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > began + _PATIENCE:
                    raise RuntimeError((start.folder / "stderr").read_text()) from None
                await asyncio.sleep(0.01)
        yield Server(pid=process.pid, port=port, seconds_to_start=time.monotonic() - began)
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def output_of(start: Start, command: list[str]) -> str:
    """Run a command where the server runs, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=start.folder, env=_environ_of(start), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[2:]} has failed")
    return said.decode().strip()


def _environ_of(start: Start) -> dict[str, str]:
    # With the other one everybody would compile what is not installed, at each start.
    left_out = ("AUTH_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**inherited, **start.environ}


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _clock_of(pid: int) -> int:
    """Name the clock of a process's CPU time, as `clock_getcpuclockid` does: it is finer than the ticks of /proc."""
    return ~pid << 3 | 2


def _resident_pages(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
