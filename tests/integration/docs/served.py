"""The service as its own process, as the pages have their reader start it."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from tests.integration.docs.shell import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service: where it listens, and the settings its commands need to find the same database."""

    address: str
    settings: Mapping[str, str]


@contextmanager
def served(database_url: str, folder: Path, *, log: Path | None = None, **more: str) -> Generator[Service]:
    """Serve on a free port until the block ends; a password takes a moment only. `more` are settings.

    What it prints once it serves is kept in `log`.
    """
    settings = {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": database_url,
        "AUTH_DATA_DIR": str(folder / "data"),
        "AUTH_BCRYPT_COST": "4",
        **more,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "auth_http", "serve", "--port", "0"],
        cwd=folder,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Service(address=_address_told(process, log), settings=settings)
        finally:
            process.terminate()
            process.wait(30)


def _address_told(process: subprocess.Popen[str], log: Path | None) -> str:
    """Return the address from the line that says where it listens; keep reading, so that it can keep writing."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("{") and (told := json.loads(line))["event"] == "serving":
            Thread(target=_keep, args=(process.stdout, log or Path(os.devnull)), daemon=True).start()
            return str(told["address"])
    raise AssertionError(f"the service did not start:\n{''.join(said)}")


def _keep(printed: IO[str], log: Path) -> None:
    with log.open("a", encoding="utf-8") as kept:
        for line in printed:
            kept.write(line)
            kept.flush()
