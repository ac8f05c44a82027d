"""A server that runs, and how one makes use of it."""

import os
import signal
from pathlib import Path
from typing import Final
from urllib.parse import quote

from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.home import OWNER, SUPERUSER, Home
from auth_adapters.postgres.embedded.locks import FileLock, exclusive
from auth_adapters.postgres.embedded.patience import tries
from auth_adapters.postgres.embedded.postmaster import Postmaster
from auth_adapters.postgres.embedded.superuser import NoAnswer, Superuser, answering

_OTHER_CLIENTS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
_EXISTS: Final = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)"


class RunningPostgres:
    """A server that answers. Keep this for as long as you use it: while you do, nobody else finds it unused."""

    def __init__(
        self, home: Home, postmaster: Postmaster, *, using: FileLock, started_here: bool, patience: float
    ) -> None:
        self._home = home
        self._postmaster = postmaster
        self._using = using
        self._started_here = started_here
        self._patience = patience
        self._superuser = Superuser(postmaster.port, home.password(SUPERUSER))

    @property
    def home(self) -> Path:
        """The folder of its data and its secrets."""
        return self._home.path

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._postmaster.pid

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1 only."""
        return self._postmaster.port

    @property
    def started_here(self) -> bool:
        """Whether it was started by us, and not found running."""
        return self._started_here

    def url(self, database: str = "auth") -> str:
        """Return SQLAlchemy's address of `database`. It holds the password: not for a log."""
        password = quote(self._home.password(OWNER).reveal(), safe="")
        return f"postgresql+asyncpg://{OWNER}:{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str = "auth") -> bool:
        """Make sure that there is a database `name`, and say whether it is new. Raises: EmbeddedPostgresError."""
        if self._has_database(name):
            return False
        quoted = name.replace('"', '""').replace(":", "\\:")
        try:
            self._superuser.scalar(f'CREATE DATABASE "{quoted}" OWNER {OWNER}')
        except NoAnswer as error:
            if self._has_database(name):  # another process was faster
                return False
            raise EmbeddedPostgresError(f"The database {name!r} could not be made: {error}") from error
        return True

    def stop(self) -> None:
        """Stop the server, whoever uses it; open transactions are rolled back. Raises: EmbeddedPostgresError."""
        with exclusive(self._home.starting, patience=self._patience):
            self._shut_down()
        self._using.close()

    def stop_if_unused(self) -> bool:
        """Let go of the server; stop it if we started it and nobody else uses it, and say whether it was stopped.

        So a short command leaves nothing behind, and takes nothing from the service that came to run beside it.
        Raises: EmbeddedPostgresError.
        """
        with exclusive(self._home.starting, patience=self._patience):
            unused = self._started_here and self._using.try_exclusive() and not self._has_clients()
            if unused:
                self._shut_down()
            self._using.close()
        return unused

    def __repr__(self) -> str:
        return f"{type(self).__name__}(home={str(self.home)!r}, port={self.port}, pid={self.pid})"

    def _has_database(self, name: str) -> bool:
        try:
            return bool(self._superuser.scalar(_EXISTS, name=name))
        except NoAnswer as error:
            raise EmbeddedPostgresError(f"The database server in {self.home} does not answer: {error}") from error

    def _has_clients(self) -> bool:
        try:
            return self._superuser.scalar(_OTHER_CLIENTS) != 0
        except NoAnswer:  # gone, or full: neither is ours to stop
            return True

    def _shut_down(self) -> None:
        """Ask the server to end and wait until none of its processes is left."""
        asked = False
        with FileLock(self._home.serving) as serving:
            for _ in tries(self._patience):
                if serving.try_exclusive():
                    return
                asked = asked or self._ask_to_end()
        raise EmbeddedPostgresError(
            f"The database server in {self.home} did not stop within {self._patience:g} s; see {self._home.log}."
        )

    def _ask_to_end(self) -> bool:
        postmaster = answering(self._home)  # not ours of old: after a crash it is another, or its number is anybody's
        if postmaster is None:
            return False
        os.kill(postmaster.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        return True
