"""The examples for a shell, run by a real one, with the status of every answer written down."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Each answer's status goes to stderr, so that what a script reads from stdout stays what it was.
_PRELUDE = """\
set -u
curl() { command curl --noproxy '*' -w '%{stderr}status %{http_code}\\n' "$@"; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a script said, and the statuses of the answers it got, in their order."""

    said: str
    complaints: tuple[str, ...]
    statuses: tuple[int, ...]


def run(*examples: str, environ: Mapping[str, str], folder: Path) -> Outcome:
    """Run the examples one after the other in one shell; `./dev auth-service` is the one that is installed here."""
    script = "\n".join([_PRELUDE, *examples]).replace("./dev auth-service", "auth-service")
    ran = subprocess.run(
        ["sh"],
        input=script,
        cwd=folder,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = ran.stderr.splitlines()
    return Outcome(
        said=ran.stdout,
        complaints=tuple(line for line in lines if not line.startswith("status ")),
        statuses=tuple(int(line.removeprefix("status ")) for line in lines if line.startswith("status ")),
    )


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with these settings and none of whoever runs the tests."""
    # Without bytecode every command would compile everything it imports.
    unwanted = ("AUTH_", "PYTHONDONTWRITEBYTECODE")
    others = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**others, "PATH": path, "NO_PROXY": "*", **settings}
