"""Making the data of a new server, whole or not at all."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from auth_adapters.postgres.embedded.binaries import Installation
from auth_adapters.postgres.embedded.errors import EmbeddedPostgresError
from auth_adapters.postgres.embedded.home import OWNER, SUPERUSER, Home
from auth_adapters.postgres.embedded.unprivileged import Runner

_UNFINISHED: Final = "initdb-"
_FIRST_WITH_BUILTIN_LOCALE: Final = 17


def initialise(home: Home, installation: Installation, runner: Runner, *, unsafe_no_fsync: bool) -> None:
    """Make `home.data` and its passwords. Whoever calls this holds the lock of `home.starting`.

    All is done in a folder beside it, which takes its name at the very end: a crash before leaves only rubbish.
    Raises: EmbeddedPostgresError.
    """
    home.make_password(SUPERUSER)
    runner.give(home.password_file(SUPERUSER))
    password = home.make_password(OWNER).reveal()
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=home.path))
    try:
        runner.give(unfinished)
        made = runner.run(
            installation.folder / "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={home.password_file(SUPERUSER)}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            *_locale(installation.major),
            *(["--no-sync"] if unsafe_no_fsync else []),
        )
        if made.returncode != 0:
            raise EmbeddedPostgresError.quoting(
                f"A new database could not be made in {home.path}: {installation.folder / 'initdb'} failed.",
                made.stderr,
            )
        # Without a network and without a password: the server does not exist yet.
        granted = runner.run(
            installation.folder / "postgres",
            "--single",
            "-D",
            str(unfinished),
            "-c",
            "exit_on_error=on",
            "-c",
            f"fsync={'off' if unsafe_no_fsync else 'on'}",
            "postgres",
            stdin=f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{password}'\n",
        )
        if granted.returncode != 0:
            raise EmbeddedPostgresError.quoting(
                f"The new database in {home.path} would not take its first role.",
                granted.stderr.replace(password, "********"),
            )
        unfinished.rename(home.data)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_rubbish(home: Home) -> None:
    """Remove what crashes have left. An initdb that outlives its caller may hold on to some: the next call gets it."""
    for rubbish in home.path.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(rubbish, ignore_errors=True)


def _locale(major: int) -> tuple[str, ...]:
    """Order text by code point, the same on every machine, and know the case of every letter where that can be had."""
    if major >= _FIRST_WITH_BUILTIN_LOCALE:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",) if sys.platform == "linux" else ("--locale=C",)
