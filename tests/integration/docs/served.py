"""The service as its own process, as the pages have their reader start it."""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from tests.integration.docs.shell import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service: where it listens, and the settings its commands need to find the same database."""

    address: str
    settings: Mapping[str, str]


@contextmanager
def served(database_url: str, folder: Path, **more: str) -> Generator[Service]:
    """Serve on a free port until the block ends; a password takes a moment only. `more` are settings."""
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
            yield Service(address=_address_told(process), settings=settings)
        finally:
            process.terminate()
            process.wait(30)


def _address_told(process: subprocess.Popen[str]) -> str:
    """Return the address from the line that says where it listens; keep reading, so that it can keep writing."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("{") and (told := json.loads(line))["event"] == "serving":
            Thread(target=process.stdout.read, daemon=True).start()
            return str(told["address"])
    raise AssertionError(f"the service did not start:\n{''.join(said)}")
