"""`auth-service mail`: how mails read, and whether they arrive."""

from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import container_of
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auth_core.outbox.model import Mail

app = typer.Typer(help="See how mails read, and change that.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The folder to write to; it is made.", metavar="FOLDER")]


@app.command(epilog="Example: `auth-service mail preview ./mails`, then open ./mails/index.html")
def preview(context: typer.Context, folder: Folder) -> None:
    """Write every mail in every language, as text and as HTML, with examples for what it says."""
    with told_plainly():
        from auth_http.mail import examples, wording

        mails = examples(wording(container_of(context).settings()))
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _pages(mails):
            (folder / name).write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {len(mails)} mails. Look at {folder / 'index.html'}.")


@app.command(epilog="Example: `auth-service mail templates ./templates`, then AUTH_MAIL_TEMPLATES=./templates")
def templates(folder: Folder) -> None:
    """Copy our templates, to be changed. What you leave as it is may be deleted: ours is used then."""
    with told_plainly():
        from auth_adapters.mail.wording import OURS

        if folder.exists():
            raise CannotRun(f"{folder} is there already, and is left as it is.", ExitCode.CONFLICT)
        copytree(OURS, folder)
    typer.echo(f"Copied. Set AUTH_MAIL_TEMPLATES={folder}; the service says so when it starts if one cannot be used.")


def _pages(examples: "list[tuple[str, Mail]]") -> "Iterator[tuple[str, str]]":
    from html import escape

    links: list[str] = []
    for kind, mail in examples:
        name = f"{mail.locale}-{kind}"
        yield f"{name}.html", mail.html
        yield f"{name}.txt", f"Subject: {mail.subject}\n\n{mail.text}"
        links.append(
            f'<li>{mail.locale}: <a href="{name}.html">{escape(mail.subject)}</a> (<a href="{name}.txt">text</a>)'
        )
    yield "index.html", "<!doctype html><meta charset=utf-8><title>Mails</title><ul>" + "\n".join(links) + "</ul>\n"
