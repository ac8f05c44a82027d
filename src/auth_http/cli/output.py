"""What commands print: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import typer

_WIDTH_OF_PIPE: Final = 240


def print_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


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


def shown(moment: datetime | None) -> str:
    """Return a moment as it is printed: RFC 3339, whole seconds, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
