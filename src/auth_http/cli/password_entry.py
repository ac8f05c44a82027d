"""How a command learns of a password: typed twice, from stdin, or made up. Never as an argument.

Arguments stand in the history of the shell and in the list of processes.
"""

import secrets
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from auth_core import Redacted

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]
Generated = Annotated[bool, typer.Option("--generate-password", help="Make a password up and print it, once.")]


@dataclass(frozen=True, slots=True)
class Entry:
    """A password, and whether its owner has yet to be told of it."""

    password: Redacted[str]
    made_up: bool = False


def enter_password(*, from_stdin: bool, generate: bool) -> Entry:
    """Return the password. Raises: typer.BadParameter."""
    if from_stdin and generate:
        raise typer.BadParameter("Give --password-stdin or --generate-password, not both.")
    if generate:
        return Entry(Redacted(secrets.token_urlsafe(18)), made_up=True)
    if from_stdin:
        return Entry(Redacted(sys.stdin.readline().removesuffix("\n").removesuffix("\r")))
    if not sys.stdin.isatty():
        raise typer.BadParameter("There is nobody to ask for a password: give --password-stdin or --generate-password.")
    return Entry(Redacted(typer.prompt("Password", hide_input=True, confirmation_prompt=True)))
