"""The page of the command line, from the commands themselves."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast
from uuid import UUID

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from auth_http.cli.app import app
from docs.generate import markdown
from docs.generate.markdown import code, table

type Command = TyperCommand | TyperGroup
type Parameter = TyperArgument | TyperOption

_VALUES: Final[Mapping[object, str]] = {int: "NUMBER", UUID: "ID", Path: "FILE"}
_PROGRAM: Final = "auth-service"
_INTRODUCTION: Final = """\
`auth-service --help` and `auth-service COMMAND --help` say the same. In a clone, write `./dev auth-service …`."""


def page() -> str:
    """Return the page: what holds for all commands, then each of them."""
    root = cast("TyperGroup", typer.main.get_command(app))
    parts = [part for path, command in _commands(root, ()) for part in (_described(path, command) if path else ())]
    return markdown.page(
        "Command line", "the commands in src/auth_http/cli", _INTRODUCTION, _text(root.epilog or ""), *parts
    )


def _commands(command: Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Command]]:
    yield path, command
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(cast("Command", each), (*path, name))


def _described(path: tuple[str, ...], command: Command) -> Iterator[str]:
    yield f"{'#' * (len(path) + 1)} {' '.join((_PROGRAM, *path))}"
    yield _text(command.help or "")
    if isinstance(command, TyperGroup):
        return
    yield f"```\n{' '.join((_PROGRAM, *path, *_usage(command)))}\n```"
    rows = [_row(cast("Parameter", each)) for each in command.params]
    if rows:
        head = ("argument or option", "what it says", "default")
        width = len(head) if any(row[-1] for row in rows) else len(head) - 1
        yield table(head[:width], [row[:width] for row in rows])
    yield _text(command.epilog or "")


def _usage(command: Command) -> Iterator[str]:
    if any(isinstance(each, TyperOption) for each in command.params):
        yield "[OPTIONS]"
    yield from (_name(each) for each in command.params if isinstance(each, TyperArgument))


def _row(parameter: Parameter) -> tuple[str, str, str]:
    if isinstance(parameter, TyperArgument):
        return code(_name(parameter)), parameter.help or "", "required" if parameter.required else ""
    names = ", ".join(sorted(parameter.opts, key=len, reverse=True))
    value = "" if parameter.is_flag else f" {_VALUES.get(parameter.type_descriptor.annotation, 'TEXT')}"
    return code(f"{names}{value}"), parameter.help or "", _default(parameter)


def _name(parameter: TyperArgument) -> str:
    return parameter.metavar or (parameter.name or "").upper()


def _default(option: TyperOption) -> str:
    if option.prompt:
        return "asked for"
    return "" if option.is_flag or option.default is None else code(str(option.default))


def _text(text: str) -> str:
    """Return text of a help, its paragraphs kept and their lines joined."""
    return "\n\n".join(" ".join(each.split()) for each in re.split(r"\n\s*\n", text.strip()))
