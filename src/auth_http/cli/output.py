"""What commands print: a table for people, JSON for programs."""

import json as json_module
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

import typer

_WIDTH_OF_PIPE: Final = 240

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json_module.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print a table, or the sentence `empty` when there is nothing in it. Cells are texts, not markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if table.row_count:
        # A pipe has no width; and what is cut in it is lost.
        Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_PIPE).print(table)
    else:
        typer.echo(empty)


def print_fields(fields: Mapping[str, str]) -> None:
    """Print names and values, one a line."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        typer.echo(f"{name:<{width}}  {value}")


def print_outcome(document: object, fields: Mapping[str, str], *, json: bool) -> None:
    """Print what a command has done: as a document for programs, or as fields."""
    if json:
        print_json(document)
    else:
        print_fields(fields)


def print_secret(document: object, fields: Mapping[str, str], *, json: bool) -> None:
    """Print what was issued together with its secret, which is told this once."""
    print_outcome(document, fields, json=json)
    if not json:
        typer.echo("Keep the secret now: nobody can be told it again.", err=True)


def shown(moment: datetime | None) -> str:
    """Return a moment as it is printed: RFC 3339, whole seconds, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
