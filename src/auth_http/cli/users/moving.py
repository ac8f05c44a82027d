"""`auth-service users import` and `export`: people come from another system, and go to one."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, TextIO

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.failures import told_plainly
from auth_http.moving.formats import FileFormat, format_of

if TYPE_CHECKING:
    from auth_core.users.moving import Arrival, ImportTally
    from auth_http.container import Container

_STDIN_OR_STDOUT: Final = Path("-")
_SHOWN: Final = 10
"""Refused rows that are named on the terminal; the report has them all."""
Format = Annotated[
    FileFormat | None, typer.Option("--format", help="What the file holds; its name tells, JSON Lines otherwise.")
]


def import_users(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file, or - for stdin.", metavar="FILE")],
    *,
    file_format: Format = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write every refused row with its reasons there, as JSON Lines.")
    ] = None,
    firebase_parameters: Annotated[
        Path | None, typer.Option(help="The password hash parameters of a Firebase project, as JSON.")
    ] = None,
    json: Json = False,
) -> None:
    """Take people in with the password hashes they have: each signs in as before, and then has a hash of ours.

    A row with a fault is refused, and the rest goes on; exits with 1 if there was one. Cut short, start it again with
    the same file: whoever is here already is recognised. Quick digests (SHA, MD5) are wrapped in bcrypt at once, which
    takes a hash each.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from auth_core import Origin
    from auth_core.users.moving import Fate, ImportTally

    tally = ImportTally()
    refused: list[Arrival] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = not json and sys.stderr.isatty()
    with told_plainly(), _opened(file) as stream, _report_in(report) as reported:
        from auth_http.moving.firebase import parameters_in
        from auth_http.moving.reading import people_in
        from auth_http.moving.report import report_of

        firebase = parameters_in(firebase_parameters) if firebase_parameters else None
        total = _lines_in(stream)
        people = people_in(stream, format_of(file, file_format), firebase=firebase)
        with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as progress:
            bar = progress.add_task("Looking" if dry_run else "Importing", total=total)

            async def work(container: "Container") -> None:
                found = container.auth().users.import_all(people, origin=Origin(), dry_run=dry_run)
                async for arrival in found:
                    tally.add(arrival)
                    if arrival.fate is Fate.REFUSED:
                        if len(refused) < _SHOWN:
                            refused.append(arrival)
                        if reported is not None:
                            reported.write(report_of(arrival))
                    progress.update(bar, completed=arrival.line, description=_in_words(tally, dry_run=dry_run))

            try:
                run(context, work)
            except SystemExit:
                if tally.rows and not dry_run:
                    typer.echo(
                        f"Stopped after {tally.rows} rows. Start it again with the same file to go on.", err=True
                    )
                raise
    _tell(tally, refused, dry_run=dry_run, json=json)
    if tally.fates[Fate.REFUSED]:
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


def export_users(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to make, or - for stdout.", metavar="FILE")],
    *,
    with_password_hashes: Annotated[
        bool,
        typer.Option("--with-password-hashes", help="With the hashes, unsealed: whoever has them can guess passwords."),
    ] = False,
    file_format: Format = None,
) -> None:
    """Write everybody into a file that `import` reads back, here or in a service with another master secret.

    The file is made for its owner's eyes only. The audit trail keeps that it was done. Exits with 1 when the hash of
    somebody cannot be opened: they are written without.
    """
    from rich.console import Console
    from rich.progress import Progress

    from auth_core import Origin

    to_stdout = file == _STDIN_OR_STDOUT
    unreadable = written = 0
    with told_plainly():
        if to_stdout and with_password_hashes and is_terminal(sys.stdout):
            raise CannotRun("Password hashes are not shown on a terminal: name a file.", ExitCode.REJECTED)
        from auth_http.moving.writing import private_file, writer

        shown = sys.stderr.isatty() and not to_stdout
        with (
            nullcontext(sys.stdout) if to_stdout else private_file(file) as stream,
            Progress(console=Console(stderr=True), disable=not shown, transient=True) as progress,
        ):
            write = writer(stream, format_of(file, file_format), with_password_hashes=with_password_hashes).write
            bar = progress.add_task("Exporting", total=None)

            async def work(container: "Container") -> None:
                nonlocal unreadable, written
                everybody = container.auth().users.export_all(
                    with_password_hashes=with_password_hashes, origin=Origin()
                )
                async for person in everybody:
                    write(person)
                    written += 1
                    unreadable += person.unreadable
                    progress.update(bar, completed=written)

            run(context, work)
    typer.echo(f"Exported {written} people{'' if with_password_hashes else ', without their passwords'}.", err=True)
    if unreadable:
        typer.echo(f"The password hashes of {unreadable} cannot be opened: sealed under another secret.", err=True)
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


def is_terminal(stream: TextIO) -> bool:
    """Say whether somebody looks at it."""
    return stream.isatty()


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    if path == _STDIN_OR_STDOUT:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}.", ExitCode.NOT_FOUND) from None
    with stream:
        yield stream


@contextmanager
def _report_in(path: Path | None) -> Generator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        path.touch(mode=0o600)
        stream = path.open("w", encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}.") from None
    with stream:
        yield stream


def _lines_in(stream: BinaryIO) -> int | None:
    """Count the lines and go back to the beginning; None where there is no going back."""
    if not stream.seekable():
        return None
    lines = sum(1 for _ in stream)
    stream.seek(0)
    return lines


def _in_words(tally: "ImportTally", *, dry_run: bool) -> str:
    done = f"{'Looking' if dry_run else 'Importing'}: {tally.rows} rows"
    return f"{done}, {tally.hashed} of them {'to be hashed' if dry_run else 'hashed'}" if tally.hashed else done


def _tell(tally: "ImportTally", refused: "list[Arrival]", *, dry_run: bool, json: bool) -> None:
    from auth_core.users.moving import Fate

    if json:
        print_json({"dry_run": dry_run, **tally.as_json()})
        return
    schemes = ", ".join(f"{count} {scheme}" for scheme, count in sorted(tally.schemes.items()))
    faults = ", ".join(f"{count} {code}" for code, count in sorted(tally.faults.items()))
    print_fields(
        {
            "rows": str(tally.rows),
            "would be imported" if dry_run else "imported": _counted(tally.fates[Fate.IMPORTED], schemes),
            "imported before": str(tally.fates[Fate.IMPORTED_BEFORE]),
            "refused": _counted(tally.fates[Fate.REFUSED], faults),
        }
    )
    for each in refused:
        for fault in each.faults:
            typer.echo(f"line {each.line}: {f'{fault.field}: ' if fault.field else ''}{fault.detail}", err=True)
    if tally.fates[Fate.REFUSED] > len(refused):
        typer.echo("More were refused: --report FILE writes them all.", err=True)


def _counted(count: int, parts: str) -> str:
    return f"{count} ({parts})" if parts else str(count)
