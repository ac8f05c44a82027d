"""Starting the embedded PostgreSQL in tests, from this process or another, and what can be done to it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres.embedded import EmbeddedPostgres, RunningPostgres
from auth_adapters.postgres.embedded.binaries import Installation
from auth_adapters.postgres.embedded.postmaster import Postmaster

LINUX = sys.platform == "linux"
ROOT = os.geteuid() == 0

START = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started without
from pathlib import Path
from auth_adapters.postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), unsafe_no_fsync=True).start()
print(server.pid, server.started_here, flush=True)
sys.stdin.read()
"""

# What container engines do by default, by the same means (seccomp): the system call unshare answers EPERM.
DENY_UNSHARE = """
import ctypes, platform, struct
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]
unshare = {"x86_64": 272, "aarch64": 97}[platform.machine()]
instructions = (0x20, 0, 0, 0), (0x15, 0, 1, unshare), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)
program = Program(len(instructions), b"".join(struct.pack("HBBI", *words) for words in instructions))
prctl = ctypes.CDLL(None).prctl
prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
assert prctl(38, 1, None, 0, 0) == 0 and prctl(22, 2, ctypes.addressof(program), 0, 0) == 0
"""


def embedded(home: Path) -> EmbeddedPostgres:
    """Without fsync: nobody here cuts the power, and every other crash is survived without."""
    return EmbeddedPostgres(home, unsafe_no_fsync=True)


def stop(home: Path) -> None:
    if (home / "data" / "postmaster.pid").exists():
        embedded(home).start().stop()
    (home / "using.lock").unlink(missing_ok=True)  # a test that failed keeps its server in its traceback


class Starter:
    """Another process that starts the server, and stays until it is told to go."""

    def __init__(self, home: Path, *, before: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", before + START, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_started(self) -> tuple[int, bool]:
        """Return the number of the server's process, and whether this starter started it."""
        assert self.process.stdout is not None
        pid, started_here = self.process.stdout.readline().split()
        return int(pid), started_here == "True"

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its whole group, as a terminal does."""
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=20)

    def leave(self) -> str:
        """End it in peace and return what it complained about."""
        return self.process.communicate()[1]


@contextmanager
def starter(home: Path, *, before: str = "") -> Generator[Starter]:
    started = Starter(home, before=before)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


async def ask(url: str, *statements: str) -> object:
    """Run the statements, each on its own, and return what the last one answers."""
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    answer: object = None
    async with engine.connect() as connection:
        for statement in statements:
            result = await connection.execute(text(statement))
            answer = result.scalar() if result.returns_rows else None
    return answer


@asynccontextmanager
async def session(server: RunningPostgres) -> AsyncGenerator[None]:
    """Hold one session open, which may be cut off."""
    engine = create_async_engine(server.url("postgres"), poolclass=NullPool)
    connection = await engine.connect()
    try:
        yield
    finally:
        with suppress(DBAPIError):
            await connection.close()


def until(happened: Callable[[], object], *, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def ends(pid: int) -> bool:
    """Wait for the process to be gone: the kernel lets go of its locks a moment earlier."""
    process = Postmaster(pid=pid, port=0)
    until(lambda: not process.is_alive())
    return True


def secrets_of(home: Path) -> list[str]:
    return [file.read_text() for file in home.glob("*.password")]


@contextmanager
def changed(file: Path, content: str | None) -> Generator[None]:
    """Let `file` say something else, or be gone, for a while."""
    original = file.rename(file.with_name("original"))
    try:
        if content is not None:
            file.write_text(content)
        yield
    finally:
        original.replace(file)


def nothing_installed() -> list[Installation]:
    return []


def others_may_run(installation: Installation) -> bool:
    try:
        return subprocess.run([installation.folder / "initdb", "--version"], user="nobody", check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def bystander() -> Generator[subprocess.Popen[bytes]]:
    sleep = shutil.which("sleep")
    assert sleep is not None
    with subprocess.Popen([sleep, "600"]) as process:
        try:
            yield process
        finally:
            process.kill()
