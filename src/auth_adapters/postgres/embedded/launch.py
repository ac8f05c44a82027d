"""Starting a server where none of its processes lives."""

import shlex
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded.binaries import Installation, choose_installation
from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.home import SUPERUSER, Home
from auth_adapters.postgres.embedded.initdb import initialise, remove_rubbish
from auth_adapters.postgres.embedded.locks import FileLock
from auth_adapters.postgres.embedded.postmaster import Postmaster
from auth_adapters.postgres.embedded.unprivileged import Runner, choose_runner

_FRESH_PORTS: Final = 5
_PORT_TAKEN: Final = "could not bind"
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Failed statements are told to their client. In the log they would be personal data, and without end.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
_UNSAFE_NO_FSYNC: Final = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Starts the server of `home`. Whoever calls it has taken the lock `serving`, which the server then keeps."""

    home: Home
    serving: FileLock
    installations: Iterable[Installation]
    unsafe_no_fsync: bool
    patience: float

    def __call__(self) -> Postmaster:
        """Return the server, ready. Raises: EmbeddedPostgresError, OSError."""
        stale = self._clear_away()
        home, major = self.home, self.home.data_major()
        installation = choose_installation(self.installations, data=home.data, major=major)
        runner = choose_runner(home.path, program=installation.folder / "postgres", data=home.data)
        if major is None:
            initialise(home, installation, runner, unsafe_no_fsync=self.unsafe_no_fsync)
        else:
            home.password(SUPERUSER)  # better no server than one that nobody can enter
        for port in _ports(stale):
            postmaster = self._try(port, pg_ctl=installation.folder / "pg_ctl", runner=runner)
            if postmaster is not None:
                return postmaster
        raise EmbeddedPostgresError(
            f"No free port was found on 127.0.0.1 for the database server in {home.path}. Try again; see {home.log}."
        )

    def _clear_away(self) -> Postmaster | None:
        """Remove what crashes have left, and return what the file of a crashed server said.

        Its number may by now be another process's, and PostgreSQL would take that for the server and refuse to start.
        Raises: EmbeddedPostgresError.
        """
        data = self.home.data
        stale = Postmaster.read(data)
        if stale is not None and stale.lives_in(data):
            raise EmbeddedPostgresError(
                f"Process {stale.pid} serves {data} and was not started by this service. "
                f"Stop it (pg_ctl -D {data} stop), or set AUTH_DATABASE_URL to it."
            )
        Postmaster.forget(data)
        remove_rubbish(self.home)
        return stale

    def _try(self, port: int, *, pg_ctl: Path, runner: Runner) -> Postmaster | None:
        """Start the server on `port`, unless that is taken. Raises: EmbeddedPostgresError for any other obstacle."""
        home = self.home
        log_begins = home.open_log()
        runner.give(home.log)
        started = runner.run(
            pg_ctl,
            "start",
            "--wait",
            f"--timeout={self.patience:.0f}",
            f"--pgdata={home.data.name}",  # pg_ctl hands these three to a shell: no path of ours may be in them
            f"--log={home.log.name}",
            f"--options={self._options(port)}",
            keep_open=(self.serving.descriptor,),
        )
        postmaster = Postmaster.read(home.data)
        if started.returncode == 0 and postmaster is not None:
            return postmaster
        said = home.read_log(since=log_begins)
        if _PORT_TAKEN in said:
            return None
        raise EmbeddedPostgresError.quoting(
            f"The database server in {home.path} failed, or was not ready in {self.patience:g} s; {home.log} ends:",
            said or started.stderr,
        )

    def _options(self, port: int) -> str:
        settings = _SETTINGS | (_UNSAFE_NO_FSYNC if self.unsafe_no_fsync else {}) | {"port": str(port)}
        return shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))


def _ports(stale: Postmaster | None) -> Iterator[int]:
    """Try the port of a server that crashed first, so that whoever lost it there finds it again."""
    if stale is not None:
        yield stale.port
    for _ in range(_FRESH_PORTS):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        yield port  # somebody may take it from here on: hence more than one
