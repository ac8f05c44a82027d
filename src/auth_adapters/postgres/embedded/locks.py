"""Locks between processes that no crash can leave behind."""

import fcntl
import os
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.patience import tries


class FileLock:
    """A lock on an open file.

    The kernel takes it back when the last process that has inherited the open file ends, kill -9 included. Unlike a
    process number in a file it can neither be stale nor mean somebody else.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._close = weakref.finalize(self, os.close, self._file)

    @property
    def descriptor(self) -> int:
        """The open file: a child that inherits it holds the lock too."""
        return self._file

    def try_exclusive(self) -> bool:
        """Take the lock alone, unless somebody has it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock together with others, unless somebody has it alone."""
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go; a child that has inherited the lock keeps it."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._file, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def exclusive(path: Path, *, patience: float) -> FileLock:
    """Take the lock on `path` alone, within `patience` seconds. Raises: EmbeddedPostgresError."""
    lock = FileLock(path)
    for _ in tries(patience):
        if lock.try_exclusive():
            return lock
    lock.close()
    raise EmbeddedPostgresError(
        f"Another process has been starting or stopping the database for {patience:g} s. "
        f"Try again, or find and end the process that holds {path}."
    )
