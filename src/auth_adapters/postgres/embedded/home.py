"""The folder in which an embedded server keeps its data and its secrets."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_core.redacted import Redacted

SUPERUSER: Final = "postgres"
# It owns the service's databases and can do no more: a flaw in the service is not one in the server.
OWNER: Final = "auth"

_LONGEST_LOG: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """Names what lies in the folder `path`."""

    path: Path

    @property
    def data(self) -> Path:
        """What PostgreSQL calls its data directory. It is whole or not there."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.path / "log"

    @property
    def starting(self) -> Path:
        """Locked by whoever starts or stops the server."""
        return self.path / "starting.lock"

    @property
    def serving(self) -> Path:
        """Locked by the processes of the server itself: free means that none of them lives."""
        return self.path / "serving.lock"

    @property
    def using(self) -> Path:
        """Locked, together, by those who want the server to stay."""
        return self.path / "using.lock"

    def password_file(self, role: str) -> Path:
        """Where the password of `role` is kept, readable by its owner alone."""
        return self.path / f"{role}.password"

    def password(self, role: str) -> Redacted[str]:
        """Return the password of `role`. Raises: EmbeddedPostgresError."""
        try:
            return Redacted(self.password_file(role).read_text(encoding="ascii"))
        except FileNotFoundError:
            raise EmbeddedPostgresError(
                f"{self.password_file(role)} is missing, and without it nobody can enter the database beside it. "
                f"Restore it, or remove {self.path} to begin with an empty database."
            ) from None

    def make_password(self, role: str) -> Redacted[str]:
        """Give `role` a new password."""
        path = self.password_file(role)
        path.unlink(missing_ok=True)
        password = secrets.token_urlsafe(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
        return Redacted(password)

    def data_major(self) -> int | None:
        """Return the major version of PostgreSQL that wrote the data, None before there is any.

        Raises: EmbeddedPostgresError.
        """
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            if self.data.exists():
                raise EmbeddedPostgresError(
                    f"{self.data} exists and is not the data of a PostgreSQL server. Move it away."
                ) from None
            return None

    def open_log(self) -> int:
        """Make room in the log, and return where the next server's lines will begin."""
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_name("log.1"))
        self.log.touch(mode=0o600)
        return self.log.stat().st_size

    def read_log(self, *, since: int) -> str:
        """Return what the log says from `since` on."""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")
