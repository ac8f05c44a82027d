"""`auth-service webhooks`: the programs elsewhere that are told what happens."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_secret, print_table, shown
from auth_http.exit_codes import CannotRun, ExitCode
from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from auth_core.ids import MessageId, WebhookId
    from auth_core.page import Page
    from auth_core.webhooks.model import FiledDelivery, IssuedWebhook, Response, Webhook
    from auth_http.container import Container

app = typer.Typer(
    help="Have programs told what happens, look at what became of it, and tell them again.", no_args_is_help=True
)

Which = Annotated[str, typer.Argument(help="The webhook, by its id.", metavar="WEBHOOK")]


@app.command("list", epilog="Example: `auth-service webhooks list`")
def list_webhooks(context: typer.Context, *, json: Json = False) -> None:
    """List every webhook, with what it is told. Secrets are not shown."""

    async def work(container: "Container") -> "Sequence[Webhook]":
        return await container.auth().webhooks.list()

    webhooks = run(context, work)
    if json:
        print_json([_as_json(each) for each in webhooks])
        return
    print_table(
        ("id", "address", "is told", "since", "disabled", "because"),
        [
            (
                str(each.id),
                each.url,
                " ".join(sorted(each.types)),
                shown(each.created_at),
                shown(each.disabled_at),
                each.disabled_because or "",
            )
            for each in webhooks
        ],
        empty="There are no webhooks.",
    )


@app.command(
    epilog="Examples: `auth-service webhooks create https://crm.example.com/hooks`, "
    "`auth-service webhooks create https://crm.example.com/hooks --type user.updated --type user.erased`"
)
def create(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The address to post to: https.", metavar="URL")],
    *,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            help="A type of events it is told, such as user.updated. May be repeated; all of them unless given.",
        ),
    ] = None,
    description: Annotated[str, typer.Option(help="What it is, for people.")] = "",
    json: Json = False,
) -> None:
    """Have a program told what happens from now on, and print the secret by which it knows us, once."""
    from auth_core import Origin

    async def work(container: "Container") -> "IssuedWebhook":
        return await container.auth().webhooks.create(
            url=url, types=types or ("*",), description=description, actor=None, origin=Origin()
        )

    _print_secret(run(context, work), json=json)


@app.command(epilog="Example: `auth-service webhooks rotate 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90 --overlap-hours 48`")
def rotate(
    context: typer.Context,
    which: Which,
    *,
    overlap_hours: Annotated[
        float,
        typer.Option(help="Hours for which the present secret signs along; with 0 every other one is void.", min=0),
    ] = 24,
    json: Json = False,
) -> None:
    """Give a webhook a new secret and print it, once. To do it again, because it got lost, ends none earlier."""
    from datetime import timedelta

    from auth_core import Origin

    webhook_id = _id(which)

    async def work(container: "Container") -> "IssuedWebhook":
        return await container.auth().webhooks.rotate_secret(
            webhook_id=webhook_id, overlap=timedelta(hours=overlap_hours), actor=None, origin=Origin()
        )

    _print_secret(run(context, work), json=json)


@app.command(epilog="Example: `auth-service webhooks disable 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90`")
def disable(context: typer.Context, which: Which, *, json: Json = False) -> None:
    """Tell a program nothing for a while. What happens meanwhile it is never told. Doing it twice does no harm."""
    _set_disabled(context, which, disabled=True, json=json)


@app.command(epilog="Example: `auth-service webhooks enable 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90`")
def enable(context: typer.Context, which: Which, *, json: Json = False) -> None:
    """Tell a program again what happens from now on."""
    _set_disabled(context, which, disabled=False, json=json)


@app.command(epilog="Example: `auth-service webhooks delete 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90`")
def delete(context: typer.Context, which: Which, *, json: Json = False) -> None:
    """Forget a webhook, its secrets, and all that waits for it. It cannot be taken back."""
    from auth_core import Origin

    webhook_id = _id(which)

    async def work(container: "Container") -> None:
        await container.auth().webhooks.delete(webhook_id=webhook_id, actor=None, origin=Origin())

    run(context, work)
    print_outcome({"deleted": str(webhook_id)}, {"deleted": str(webhook_id)}, json=json)


@app.command("test", epilog="Example: `auth-service webhooks test 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90`")
def try_out(context: typer.Context, which: Which, *, json: Json = False) -> None:
    """Post a test now, once, and say what the receiver answered. Exits with 1 unless it took it."""
    from auth_core import Origin
    from auth_core.webhooks.model import Answered, in_words

    webhook_id = _id(which)

    async def work(container: "Container") -> "Response":
        return await container.auth().webhooks.try_out(webhook_id=webhook_id, actor=None, origin=Origin())

    response = run(context, work)
    status = response.status if isinstance(response, Answered) else None
    taken = isinstance(response, Answered) and response.is_taken
    print_outcome(
        {"taken": taken, "status": status, "reason": in_words(response)},
        {"taken": "yes" if taken else "no", "because": in_words(response)},
        json=json,
    )
    if not taken:
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


@app.command(epilog="Example: `auth-service webhooks deliveries 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90 --state dead`")
def deliveries(
    context: typer.Context,
    which: Which,
    *,
    state: Annotated[str | None, typer.Option(help="Only those that are waiting, sent or dead (given up).")] = None,
    cursor: Annotated[str | None, typer.Option(help="The next_cursor of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest events first.")] = 100,
    json: Json = False,
) -> None:
    """List what became of what a webhook was told. The receiver sees the event as `webhook-id`."""
    from auth_core.outbox.model import State

    known = (State.WAITING, State.SENT, State.DEAD)
    if state is not None and state not in known:
        raise typer.BadParameter(f"must be one of {', '.join(known)}", param_hint="--state")
    webhook_id, wanted = _id(which), None if state is None else State(state)

    async def work(container: "Container") -> "Page[FiledDelivery, str]":
        return await container.auth().webhooks.list_deliveries(
            webhook_id=webhook_id, state=wanted, after=cursor, limit=limit
        )

    page = run(context, work)
    if json:
        print_json({"items": [_delivery_as_json(each) for each in page.items], "next_cursor": page.next})
        return
    print_table(
        ("id", "event", "type", "state", "attempts", "happened", "due", "why"),
        [
            (
                str(each.id),
                str(each.event_id),
                each.kind,
                each.state.value,
                str(each.attempts),
                shown(each.created_at),
                shown(each.over_at or each.due_at),
                each.reason or "",
            )
            for each in page.items
        ],
        empty="There are no such deliveries.",
    )
    if page.next is not None:
        typer.echo(f"There is more: --cursor {page.next}", err=True)


@app.command(
    epilog="Examples: `auth-service webhooks replay 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90 --delivery "
    "7c1c9f6e-3f0b-4f0e-9a55-0a4c8b7f2d11`, `auth-service webhooks replay 0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90 --since "
    "2026-11-24T08:00:00+00:00`"
)
def replay(
    context: typer.Context,
    which: Which,
    *,
    delivery: Annotated[str | None, typer.Option(help="One delivery that is over, by its id.", metavar="ID")] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Everything given up since this moment, with its offset (RFC 3339).", metavar="MOMENT"),
    ] = None,
    json: Json = False,
) -> None:
    """Tell a program again what it may have missed, each with the `webhook-id` it had."""
    from auth_core import Origin

    if (delivery is None) == (since is None):
        raise typer.BadParameter("give one of --delivery and --since", param_hint="--delivery")
    webhook_id = _id(which)
    chosen, moment = None if delivery is None else _delivery_id(delivery), None if since is None else _moment(since)

    async def work(container: "Container") -> int:
        webhooks = container.auth().webhooks
        if chosen is not None:
            await webhooks.replay(webhook_id=webhook_id, delivery_id=chosen, actor=None, origin=Origin())
            return 1
        assert moment is not None  # noqa: S101 - one of the two was given
        return await webhooks.replay_failed(webhook_id=webhook_id, since=moment, actor=None, origin=Origin())

    replayed = run(context, work)
    print_outcome({"replayed": replayed}, {"replayed": str(replayed)}, json=json)


def _set_disabled(context: typer.Context, which: str, *, disabled: bool, json: bool) -> None:
    from auth_core import Origin

    webhook_id = _id(which)

    async def work(container: "Container") -> "Webhook":
        return await container.auth().webhooks.change(
            webhook_id=webhook_id, disabled=disabled, actor=None, origin=Origin()
        )

    webhook = run(context, work)
    print_outcome(
        _as_json(webhook), {"webhook": str(webhook.id), "is": "disabled" if disabled else "enabled"}, json=json
    )


def _id(text: str) -> "WebhookId":
    from auth_core.ids import WebhookId

    return WebhookId(_uuid(text, "This is no id: `auth-service webhooks list` shows them."))


def _delivery_id(text: str) -> "MessageId":
    from auth_core.ids import MessageId

    return MessageId(_uuid(text, "This is no id: `auth-service webhooks deliveries` shows them."))


def _uuid(text: str, otherwise: str) -> UUID:
    with told_plainly():
        try:
            return UUID(text)
        except ValueError:
            raise CannotRun(otherwise, ExitCode.REJECTED) from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter("must be like 2026-11-24T08:00:00+00:00", param_hint="--since")
    return moment


def _print_secret(issued: "IssuedWebhook", *, json: bool) -> None:
    webhook, secret = issued.webhook, issued.secret.reveal()
    fields = {
        "webhook": str(webhook.id),
        "address": webhook.url,
        "is told": " ".join(sorted(webhook.types)),
        "secret": secret,
    }
    if webhook.replaced:
        fields["old secret"] = f"signs along until {shown(webhook.replaced[0].good_until)}"
    print_secret(_as_json(webhook) | {"secret": secret}, fields, json=json)


def _as_json(webhook: "Webhook") -> dict[str, Any]:
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "description": webhook.description,
        "types": sorted(webhook.types),
        "created_at": shown(webhook.created_at),
        "disabled_at": shown(webhook.disabled_at) or None,
        "disabled_because": webhook.disabled_because and webhook.disabled_because.value,
        "secret_made_at": shown(webhook.secret_made_at),
        "replaced_secrets_sign_until": [shown(each.good_until) for each in webhook.replaced],
    }


def _delivery_as_json(filed: "FiledDelivery") -> dict[str, Any]:
    return {
        "id": str(filed.id),
        "event_id": str(filed.event_id),
        "type": filed.kind,
        "state": filed.state.value,
        "attempts": filed.attempts,
        "happened_at": shown(filed.created_at),
        "due_at": shown(filed.due_at),
        "over_at": shown(filed.over_at) or None,
        "reason": filed.reason,
    }
