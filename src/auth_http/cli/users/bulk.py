"""`auth-service users bulk`: a file of items, one JSON object a line."""

import asyncio
import json as json_module
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json, print_table
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from auth_http.bulk.items import Item, ItemAnswer
    from auth_http.container import Container

type Told = tuple[int, ItemAnswer]


def bulk(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file with one item a line, as JSON.", exists=True, dir_okay=False)],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Find out what would go wrong, and change nothing.")
    ] = False,
    at_once: Annotated[
        int, typer.Option(help="Items at a time; with more than one they are not done in order.", min=1, max=32)
    ] = 1,
    json: Json = False,
) -> None:
    """Create, change, close, delete and restore many users: the items of `POST /admin/users/bulk`, one a line.

    Cut short, it can be started again with the same file within a day: what is done is not done twice. Exits with 1
    when something failed, and names the lines.
    """
    from rich.console import Console
    from rich.progress import Progress

    with told_plainly():
        items = list(_items_in(file))
    shown = not json and sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=not shown, transient=True) as progress:
        bar = progress.add_task("Trying" if dry_run else "Doing", total=len(items))

        async def work(container: "Container") -> "list[Told]":
            from auth_core import Origin
            from auth_http.bulk.doing import Bulk
            from auth_http.bulk.dry_run import undone

            users = container.auth().users
            doing = Bulk(
                users=undone(users) if dry_run else users,
                actor=None,
                origin=Origin(),
                turns=asyncio.Semaphore(at_once),
            )

            async def one(line: int, item: "Item") -> "Told":
                answer = await doing.do(item)
                progress.advance(bar)
                return line, answer

            told: list[Told] = []
            for first in range(0, len(items), at_once):
                told += await asyncio.gather(*(one(*each) for each in items[first : first + at_once]))
            return told

        told = run(context, work)
    _report(told, dry_run=dry_run, json=json)
    if not all(answer.is_done for _, answer in told):
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


def _items_in(file: Path) -> "Iterator[tuple[int, Item]]":
    """Read the items and the numbers of their lines. Raises: CannotRun for what is no JSON, before anything is done."""
    from auth_http.bulk.items import Item
    from auth_http.middleware import strict_json

    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        fault = strict_json.fault_in(line)
        if fault is not None:
            raise CannotRun(f"Line {number} of {file} cannot be read: {fault.detail}", ExitCode.REJECTED)
        yield number, Item.read(json_module.loads(line))


def _report(told: "Sequence[Told]", *, dry_run: bool, json: bool) -> None:
    failed = [(line, answer) for line, answer in told if not answer.is_done]
    done = len(told) - len(failed)
    if json:
        items = [{"line": line} | answer.model_dump(mode="json") for line, answer in told]
        print_json({"dry_run": dry_run, "done": done, "failed": len(failed), "items": items})
        return
    print_fields({"would be done" if dry_run else "done": str(done), "failed": str(len(failed))})
    if failed:
        print_table(
            ("line", "key", "code", "why"),
            [(str(line), answer.key or "", answer.code or "", _why(answer)) for line, answer in failed],
            empty="",
        )


def _why(answer: "ItemAnswer") -> str:
    places = "; ".join(f"{each.get('pointer', '#').removeprefix('#/')}: {each['detail']}" for each in answer.errors)
    return places or answer.detail or ""
