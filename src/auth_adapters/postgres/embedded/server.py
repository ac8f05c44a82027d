"""Finding the server of a folder, or starting it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from auth_adapters.postgres.embedded.binaries import Installation, installed
from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.home import Home
from auth_adapters.postgres.embedded.launch import Launch
from auth_adapters.postgres.embedded.locks import FileLock, exclusive
from auth_adapters.postgres.embedded.patience import tries
from auth_adapters.postgres.embedded.postmaster import Postmaster
from auth_adapters.postgres.embedded.running import RunningPostgres
from auth_adapters.postgres.embedded.superuser import answering


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A PostgreSQL server that keeps everything it has in the folder `home`.

    It listens on 127.0.0.1 alone, on a port of its own choice, and asks for a password (SCRAM) that it has made up. It
    outlives the process that starts it; later ones find it. `patience` is how many seconds a step may take.
    `unsafe_no_fsync` makes a server, when started here, that survives its own crash but may lose all its data when the
    machine fails.
    """

    home: Path
    unsafe_no_fsync: bool = field(default=False, kw_only=True)
    patience: float = field(default=60.0, kw_only=True)
    installations: Callable[[], Iterable[Installation]] = field(default=installed, kw_only=True)

    def start(self) -> RunningPostgres:
        """Return the server of `home`: the one that runs, else a new one. Raises: EmbeddedPostgresError.

        Of any number of simultaneous calls, in whatever processes, one starts it and the others find it.
        """
        try:
            home = Home(self.home.absolute())
            home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with exclusive(home.starting, patience=self.patience), FileLock(home.serving) as serving:
                found = self._find(home, serving)
                postmaster = found or self._launch(home, serving)
                using = FileLock(home.using)
                using.try_shared()  # never refused: only who holds `starting` takes it alone
                return RunningPostgres(
                    home, postmaster, using=using, started_here=found is None, patience=self.patience
                )
        except OSError as error:
            raise EmbeddedPostgresError(
                f"No database server can be kept in {self.home}: {error}. "
                "Use a folder that belongs to this user, or set AUTH_DATABASE_URL to a server of your own."
            ) from error

    def _find(self, home: Home, serving: FileLock) -> Postmaster | None:
        """Return the server that answers, or None when not one of its processes lives: then `serving` is ours.

        In between lies a server that starts, stops or recovers, or the last sessions of one that was killed.
        """
        for _ in tries(self.patience):
            if serving.try_exclusive():
                return None
            postmaster = answering(home)
            if postmaster is not None:
                return postmaster
        raise EmbeddedPostgresError.quoting(
            f"A database server runs in {home.path} and has not answered for {self.patience:g} s. If it recovers from "
            f"a crash, wait; else end its processes. {home.log} ends:",
            home.read_log(since=0),
        )

    def _launch(self, home: Home, serving: FileLock) -> Postmaster:
        return Launch(
            home=home,
            serving=serving,
            installations=self.installations(),
            unsafe_no_fsync=self.unsafe_no_fsync,
            patience=self.patience,
        )()
