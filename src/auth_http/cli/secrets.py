"""`auth-service secrets`: what is sealed under the master secret."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json
from auth_http.exit_codes import ExitCode

if TYPE_CHECKING:
    from auth_core.upkeep.model import Resealed, ResealReport
    from auth_http.container import Container

app = typer.Typer(help="Replace the master secret.", no_args_is_help=True)


@app.command(epilog="Examples: `auth-service secrets reseal --dry-run`, `auth-service secrets reseal`")
def reseal(
    context: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only look; exit with 1 when there is work to do.")
    ] = False,
    json: Json = False,
) -> None:
    """Seal everything anew that AUTH_PREVIOUS_MASTER_SECRET sealed, while the service runs.

    That is signing keys, passwords, messages and secrets of webhooks. Cut short, it can be started again; what is done
    is only looked at. Exits with 1 when something is sealed under neither secret: nobody can log in with such a
    password.
    """
    from rich.console import Console
    from rich.progress import Progress

    shown = not json and sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=not shown, transient=True) as progress:
        bar = progress.add_task("Looking at passwords" if dry_run else "Sealing passwords", total=None)

        async def work(container: "Container") -> "tuple[ResealReport, bool, float]":
            settings = container.settings()
            report = await container.auth().upkeep.reseal(
                dry_run=dry_run, on_progress=lambda done, total: progress.update(bar, completed=done, total=total)
            )
            return report, settings.previous_master_secret is not None, settings.refresh_token_days

        report, has_previous, days = run(context, work)
    if json:
        print_json(
            {
                "dry_run": dry_run,
                "signing_keys": _as_json(report.signing_keys, dry_run=dry_run),
                "passwords": _as_json(report.passwords, dry_run=dry_run),
                "messages": _as_json(report.messages, dry_run=dry_run),
                "webhook_secrets": _as_json(report.webhook_secrets, dry_run=dry_run),
                "previous_secret_needed": report.stale > 0 if dry_run else False,
            }
        )
    else:
        print_fields(
            {
                "signing keys": _in_words(report.signing_keys, dry_run=dry_run),
                "passwords": _in_words(report.passwords, dry_run=dry_run),
                "messages": _in_words(report.messages, dry_run=dry_run),
                "webhook secrets": _in_words(report.webhook_secrets, dry_run=dry_run),
            }
        )
        typer.echo(_verdict(report, dry_run=dry_run, has_previous=has_previous, days=days))
    if report.unreadable or (dry_run and report.stale):
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


def _in_words(found: "Resealed", *, dry_run: bool) -> str:
    stale = f"{found.stale} {'need sealing anew' if dry_run else 'sealed anew'}"
    unreadable = f", {found.unreadable} under a secret that is not here" if found.unreadable else ""
    return f"{found.current} need nothing, {stale}{unreadable}"


def _verdict(report: "ResealReport", *, dry_run: bool, has_previous: bool, days: float) -> str:
    if report.unreadable:
        return "Something was sealed under another secret: give it as AUTH_PREVIOUS_MASTER_SECRET and run this again."
    if dry_run and report.stale:
        return "The previous master secret is still needed: run this without --dry-run."
    if not has_previous:
        return "Nothing stored needs another secret than AUTH_MASTER_SECRET."
    return (
        "Nothing stored needs the previous master secret any more. AUTH_PREVIOUS_MASTER_SECRET may be removed; until "
        f"{days:g} days after the change, whoever has not refreshed since must then sign in again."
    )


def _as_json(found: "Resealed", *, dry_run: bool) -> dict[str, int]:
    return {
        "current": found.current,
        "need_resealing" if dry_run else "resealed": found.stale,
        "unreadable": found.unreadable,
    }
