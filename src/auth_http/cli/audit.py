"""`auth-service audit`: what happened, and whether the record of it is still what it was."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, shown
from auth_http.exit_codes import ExitCode

if TYPE_CHECKING:
    from auth_core.audit.chain import Head
    from auth_core.audit.recorded import EventFilter
    from auth_core.audit.verdict import Broken, Verdict
    from auth_http.container import Container

app = typer.Typer(help="Verify, export and seal the audit trail; erase what is personal in it.", no_args_is_help=True)


@app.command(epilog="Examples: `auth-service audit verify`, `auth-service audit verify --head head.json`")
def verify(
    context: typer.Context,
    *,
    head: Annotated[
        Path | None, typer.Option("--head", help="A head that was exported before: the chain must lead through it.")
    ] = None,
    json: Json = False,
) -> None:
    """Say whether the trail is what it was when it was sealed, or the first place where it is not; then exit with 1.

    Without --head nobody can tell whether the newest batches were cut off. What is not sealed yet is only counted.
    """
    from rich.console import Console
    from rich.progress import Progress

    exported = None if head is None else _head_in(head)
    with Progress(console=Console(stderr=True), disable=json or not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task("Verifying", total=None)

        async def work(container: "Container") -> "Verdict":
            return await container.auth().audit.verify(
                exported=exported,
                on_progress=lambda done, total: progress.update(bar, completed=done, total=total),
            )

        verdict = run(context, work)
    _tell(verdict, json=json)


@app.command(epilog="Example: `auth-service audit head --json > head.json`")
def head(context: typer.Context, *, json: Json = False) -> None:
    """Seal what is not sealed yet and print the head of the chain, to be kept where the database cannot be written.

    Exits with 66 when nothing was ever recorded.
    """
    from auth_core.audit.exported_head import head_as_json

    async def work(container: "Container") -> "Head | None":
        audit = container.auth().audit
        return await audit.seal() or await audit.read_head()

    newest = run(context, work)
    if newest is None:
        typer.echo("Nothing was ever recorded.", err=True)
        raise typer.Exit(ExitCode.NOT_FOUND)
    print_outcome(
        head_as_json(newest),
        {"batch": str(newest.number), "head": newest.head.hex(), "sealed at": shown(newest.sealed_at)},
        json=json,
    )


@app.command(
    epilog="Examples: `auth-service audit export > trail.jsonl`, `auth-service audit export --kind login.failed`"
)
def export(
    context: typer.Context,
    *,
    user: Annotated[UUID | None, typer.Option(help="Only what befell this user, by their id.")] = None,
    actor: Annotated[UUID | None, typer.Option(help="Only what this user did, by their id.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only events of this kind.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only success, or only failure.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what happened then or later: 2026-11-24T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Only what happened before.")] = None,
) -> None:
    """Print events, the oldest first, as JSON Lines: one document a line, however many there are."""
    from auth_http.schemas.events import EventAnswer

    which = _filter(user=user, actor=actor, kind=kind, outcome=outcome, since=since, until=until)

    async def work(container: "Container") -> None:
        async for event in container.auth().audit.export(which=which):
            typer.echo(EventAnswer.of(event).model_dump_json())

    run(context, work)


@app.command(epilog="Example: `auth-service audit erase 0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55`")
def erase(
    context: typer.Context,
    user: Annotated[UUID, typer.Argument(help="The id of the user.", metavar="USER_ID")],
    *,
    json: Json = False,
) -> None:
    """Erase the addresses, devices and details of a person from all events that they did or that befell them.

    That something happened, when, and to which id stays, and the trail stays sound. It cannot be taken back.
    """
    from auth_core import Origin
    from auth_core.ids import UserId

    async def work(container: "Container") -> int:
        return await container.auth().audit.erase(user_id=UserId(user), actor=None, origin=Origin())

    erased = run(context, work)
    if json:
        print_json({"user_id": str(user), "erased": erased})
    else:
        typer.echo(f"Erased what was personal in {erased} events.")


@app.command(epilog="Example: `auth-service audit remove-old`")
def remove_old(context: typer.Context, *, json: Json = False) -> None:
    """Remove events older than AUTH_AUDIT_RETENTION_DAYS, whole stretches of the trail at a time, and keep the chain.

    The service does so by itself where its role may. Where it may only append, run this as the role that owns the
    tables, or as the one that `migrate --upkeep-role` was given.
    """
    from auth_core import Origin

    async def work(container: "Container") -> int:
        return await container.auth().audit.remove_old(origin=Origin())

    removed = run(context, work)
    if json:
        print_json({"removed": removed})
    else:
        typer.echo(f"Removed {removed} events.")


def _head_in(path: Path) -> "Head":
    from auth_core.audit.exported_head import head_in
    from auth_http.failures import told_plainly

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise typer.BadParameter(f"{path} cannot be read", param_hint="--head") from None
    with told_plainly():
        return head_in(text)


def _filter(
    *,
    user: UUID | None,
    actor: UUID | None,
    kind: str | None,
    outcome: str | None,
    since: str | None,
    until: str | None,
) -> "EventFilter":
    from auth_core.audit.events import EventKind, Outcome
    from auth_core.audit.recorded import EventFilter
    from auth_core.ids import UserId

    return EventFilter(
        subject=None if user is None else UserId(user),
        actor=None if actor is None else UserId(actor),
        kind=None if kind is None else _one_of(EventKind, kind, "--kind"),
        outcome=None if outcome is None else _one_of(Outcome, outcome, "--outcome"),
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
    )


def _one_of[Kind](kinds: type[Kind], text: str, option: str) -> Kind:
    try:
        return kinds(text)  # type: ignore[call-arg] # an enumeration, looked up by value
    except ValueError:
        raise typer.BadParameter(f"{text} is none", param_hint=option) from None


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no time such as 2026-11-24T00:00:00Z", param_hint=option) from None
    if moment.tzinfo is None:
        raise typer.BadParameter("say which time zone: Z or +01:00", param_hint=option)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise typer.BadParameter(f"{text} is no time in UTC", param_hint=option) from None


def _tell(verdict: "Verdict", *, json: bool) -> None:
    from auth_core.audit.verdict import Broken

    if isinstance(verdict, Broken):
        if json:
            event = None if verdict.event is None else str(verdict.event)
            print_json({"intact": False, "what": verdict.what.value, "batch": verdict.batch, "event": event})
        else:
            typer.echo(_where_it_breaks(verdict))
        raise typer.Exit(ExitCode.FOUND_SOMETHING)
    found: dict[str, Any] = {
        "batches": verdict.batches,
        "events": verdict.events,
        "removed_batches": verdict.emptied,
        "erased_events": verdict.erased,
        "unsealed_events": verdict.unsealed,
    }
    if json:
        print_json({"intact": True} | found)
        return
    typer.echo(
        f"Intact: {verdict.events} events in {verdict.batches} batches, {verdict.unsealed} not sealed yet."
        + (f" {verdict.erased} were erased by order." if verdict.erased else "")
        + (f" Those of {verdict.emptied} batches were removed by order." if verdict.emptied else "")
    )


def _where_it_breaks(broken: "Broken") -> str:
    what = broken.what.value.replace("_", " ")
    place = f"batch {broken.batch}" if broken.event is None else f"event {broken.event} of batch {broken.batch}"
    return f"Broken at {place}: {what}."
