"""`auth-service outbox`: what people are told, on its way."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_table, shown
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from auth_core.ids import MessageId
    from auth_core.outbox.model import Filed
    from auth_http.container import Container

app = typer.Typer(help="List, retry and drop messages to people.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The message, by its id.", metavar="ID")]


@app.command("list", epilog="Examples: `auth-service outbox list`, `auth-service outbox list --state waiting`")
def list_messages(
    context: typer.Context,
    *,
    state: Annotated[
        str, typer.Option(help="dead (given up), waiting, sent, expired (not true any more) or dropped.")
    ] = "dead",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the oldest first.")] = 100,
    json: Json = False,
) -> None:
    """List messages by what has become of them, without what they say."""
    from auth_core.outbox.model import State

    if state not in tuple(State):
        raise typer.BadParameter(f"must be one of {', '.join(State)}", param_hint="--state")

    async def work(container: "Container") -> Any:  # noqa: ANN401 - a sequence of Filed, imported later
        return await container.auth().outbox.list(state=State(state), limit=limit)

    found = run(context, work)
    if json:
        print_json([_as_json(each) for each in found])
        return
    print_table(
        ("id", "message", "to", "made", "attempts", "due", "why"),
        [
            (
                str(each.id),
                each.kind,
                each.to.address,
                shown(each.created_at),
                str(each.attempts),
                shown(each.over_at or each.due_at),
                each.reason or "",
            )
            for each in found
        ],
        empty=f"No message is {state}.",
    )


@app.command(epilog="Example: `auth-service outbox retry 01939e5c-7a51-7b8e-9d4f-2f6a1c0b3d5e`")
def retry(context: typer.Context, message_id: Id, *, json: Json = False) -> None:
    """Deliver after all what was given up; with the same id, should it have arrived already."""
    from auth_core import Origin

    which = _id(message_id)

    async def work(container: "Container") -> "Filed":
        return await container.auth().outbox.retry(message_id=which, actor=None, origin=Origin())

    _print(run(context, work), json=json)


@app.command(epilog="Example: `auth-service outbox drop 01939e5c-7a51-7b8e-9d4f-2f6a1c0b3d5e`")
def drop(context: typer.Context, message_id: Id, *, json: Json = False) -> None:
    """Take away a message that waits or was given up. Nobody is told what it says."""
    from auth_core import Origin

    which = _id(message_id)

    async def work(container: "Container") -> "Filed":
        return await container.auth().outbox.drop(message_id=which, actor=None, origin=Origin())

    _print(run(context, work), json=json)


def _id(text: str) -> "MessageId":
    from auth_core.ids import MessageId

    with told_plainly():
        try:
            return MessageId(UUID(text))
        except ValueError:
            raise CannotRun("This is no id: `auth-service outbox list` shows them.", ExitCode.REJECTED) from None


def _print(filed: "Filed", *, json: bool) -> None:
    print_outcome(
        _as_json(filed), {"message": filed.kind, "to": filed.to.address, "is now": filed.state.value}, json=json
    )


def _as_json(filed: "Filed") -> dict[str, str | int | None]:
    return {
        "id": str(filed.id),
        "message": filed.kind,
        "to": filed.to.address,
        "locale": filed.to.locale,
        "state": filed.state.value,
        "attempts": filed.attempts,
        "created_at": shown(filed.created_at),
        "due_at": shown(filed.due_at),
        "over_at": shown(filed.over_at) or None,
        "reason": filed.reason,
    }
