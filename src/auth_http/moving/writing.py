"""Writing people to a file that an import reads back."""

import csv
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol, TextIO

from auth_core.users.moving import Departing
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.moving.formats import FileFormat

_COLUMNS: Final = (
    "id",
    "email",
    "first_name",
    "last_name",
    "status",
    "roles",
    "created_at",
    "last_login_at",
    "must_change_password",
)
_HASH: Final = "password_hash"


class Writer(Protocol):
    """Writes one after the other."""

    def write(self, person: Departing) -> None:
        """Write one more."""
        ...


def writer(stream: TextIO, file_format: FileFormat, *, with_password_hashes: bool) -> Writer:
    """Return who writes people into `stream`."""
    columns = (*_COLUMNS, _HASH) if with_password_hashes else _COLUMNS
    return _Csv(stream, columns) if file_format is FileFormat.CSV else _JsonLines(stream, columns)


class _JsonLines:
    def __init__(self, stream: TextIO, columns: tuple[str, ...]) -> None:
        self._stream = stream
        self._columns = columns

    def write(self, person: Departing) -> None:
        members = _members(person) | {"roles": list(person.roles)}
        document = {name: members[name] for name in self._columns if members[name] is not None}
        self._stream.write(f"{json.dumps(document, ensure_ascii=False)}\n")


class _Csv:
    def __init__(self, stream: TextIO, columns: tuple[str, ...]) -> None:
        self._csv = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        self._csv.writeheader()

    def write(self, person: Departing) -> None:
        self._csv.writerow(_members(person))


def _members(person: Departing) -> dict[str, object]:
    user = person.user
    return {
        "id": str(user.id),
        "email": user.email.address,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "status": user.status.value,
        "roles": " ".join(person.roles),
        "created_at": user.created_at.isoformat(),
        "last_login_at": user.last_login_at.isoformat() if user.last_login_at else None,
        "must_change_password": True if person.must_change_password else None,
        _HASH: person.password_hash.reveal() if person.password_hash is not None else None,
    }


@contextmanager
def private_file(path: Path) -> Generator[TextIO]:
    """Make a file that only its owner reads, and give it its name when the block has gone well. Raises: CannotRun."""
    if path.exists():
        raise CannotRun(f"{path} exists already; nothing is written over.", ExitCode.CONFLICT)
    part = path.with_name(f"{path.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
