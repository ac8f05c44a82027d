"""The command line, run in this process."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from typer.main import get_command
from typer.testing import CliRunner

from auth_http.cli.app import app

COMMAND: Final = get_command(app)
"""Built once: that takes longer than most commands do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended and what it said."""

    exit_code: str | int | None
    stdout: str
    stderr: str


def run(
    *arguments: str, wire: Callable[[], object] | None = None, typed: str = "", env: Mapping[str, str] | None = None
) -> Ended:
    """Run a command on what `wire` returns, or on what the environment says. What it fails to handle is raised."""
    with CliRunner().isolation(input=typed, env=env) as (stdout, stderr, _):
        code: str | int | None = 0
        try:
            COMMAND.main(args=arguments, prog_name="auth-service", obj=wire)
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        said = [stream.getvalue().decode() for stream in (stdout, stderr)]
    return Ended(exit_code=code, stdout=said[0], stderr=said[1])
