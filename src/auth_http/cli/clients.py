"""`auth-service clients`: the services that may ask about tokens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_secret, print_table, shown

if TYPE_CHECKING:
    from auth_core import AuthCore
    from auth_core.ids import ClientId
    from auth_core.oauth.model import IssuedSecret, ServiceClient
    from auth_http.container import Container

app = typer.Typer(
    help="Let other services ask: make clients for them, replace their secrets, shut them out.", no_args_is_help=True
)

Who = Annotated[str, typer.Argument(help="The name or the id of the client.", metavar="WHO")]


@app.command(
    epilog="Examples: `auth-service clients create invoices --may tokens:introspect --may revocations:read`, "
    "`auth-service clients create gateway --may revocations:read --json | jq -r .client_secret`"
)
def create(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="1 to 32 lower-case letters, digits, - or _, a letter first. It never changes.")
    ],
    *,
    may: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do: tokens:introspect, tokens:revoke or revocations:read. May be repeated; nothing else "
            "is allowed."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Make a client and print its secret, once: only a digest of it is kept."""
    from auth_core import Origin

    async def work(container: "Container") -> "IssuedSecret":
        return await container.auth().oauth.create_client(name=name, permissions=may or (), actor=None, origin=Origin())

    _print_secret(run(context, work), json=json)


@app.command("list", epilog="Example: `auth-service clients list`")
def list_clients(context: typer.Context, *, json: Json = False) -> None:
    """List every client by name, with what it may do. Secrets are not shown: nobody has them."""

    async def work(container: "Container") -> "Sequence[ServiceClient]":
        return await container.auth().oauth.list_clients()

    clients = run(context, work)
    if json:
        print_json([_as_json(client) for client in clients])
        return
    print_table(
        ("client id", "name", "may", "created", "secret of", "disabled"),
        [
            (
                str(client.id),
                client.name,
                " ".join(sorted(client.permissions)),
                shown(client.created_at),
                shown(client.secret_made_at),
                shown(client.disabled_at),
            )
            for client in clients
        ],
        empty="There are no clients.",
    )


@app.command(
    epilog="Examples: `auth-service clients rotate invoices`, `auth-service clients rotate invoices --overlap-hours 0`"
)
def rotate(
    context: typer.Context,
    who: Who,
    *,
    overlap_hours: Annotated[
        float,
        typer.Option(help="Hours for which the present secret stays good; with 0 every other one is void.", min=0),
    ] = 24,
    json: Json = False,
) -> None:
    """Give a client a new secret and print it, once. To do it again, because it got lost, ends none earlier."""
    from datetime import timedelta

    from auth_core import Origin

    async def work(container: "Container") -> "IssuedSecret":
        auth = container.auth()
        return await auth.oauth.rotate_secret(
            client_id=await _find(auth, who), overlap=timedelta(hours=overlap_hours), actor=None, origin=Origin()
        )

    _print_secret(run(context, work), json=json)


@app.command(epilog="Example: `auth-service clients disable invoices`")
def disable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Stop believing a client, from its next question on. Doing it twice does no harm."""
    _set_disabled(context, who, disabled=True, json=json)


@app.command(epilog="Example: `auth-service clients enable invoices`")
def enable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Believe a disabled client again, with the secret it had."""
    _set_disabled(context, who, disabled=False, json=json)


@app.command(epilog="Example: `auth-service clients delete invoices`")
def delete(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Forget a client and its secrets. It cannot be taken back: its id never comes back, its name is free."""
    from auth_core import Origin

    async def work(container: "Container") -> "ClientId":
        auth = container.auth()
        client_id = await _find(auth, who)
        await auth.oauth.delete_client(client_id=client_id, actor=None, origin=Origin())
        return client_id

    client_id = run(context, work)
    print_outcome({"deleted": str(client_id)}, {"deleted": str(client_id)}, json=json)


def _set_disabled(context: typer.Context, who: str, *, disabled: bool, json: bool) -> None:
    from auth_core import Origin

    async def work(container: "Container") -> "ServiceClient":
        auth = container.auth()
        return await auth.oauth.change_client(
            client_id=await _find(auth, who), disabled=disabled, actor=None, origin=Origin()
        )

    client = run(context, work)
    print_outcome(
        _as_json(client),
        {"client id": str(client.id), "name": client.name, "is": "disabled" if disabled else "enabled"},
        json=json,
    )


async def _find(auth: "AuthCore", who: str) -> "ClientId":
    """Return the id of the client; a name is never as long as an id. Raises: InvalidClientName, ClientNotFound."""
    from auth_core.ids import ClientId

    try:
        return ClientId(UUID(who))
    except ValueError:
        return (await auth.oauth.look_up_client_by_name(name=who)).id


def _print_secret(issued: "IssuedSecret", *, json: bool) -> None:
    client, secret = issued.client, issued.secret.reveal()
    fields = {
        "client id": str(client.id),
        "name": client.name,
        "may": " ".join(sorted(client.permissions)) or "nothing",
        "secret": secret,
    }
    if client.replaced:
        fields["old secret"] = f"good until {shown(client.replaced[0].good_until)}"
    print_secret(_as_json(client) | {"client_secret": secret}, fields, json=json)


def _as_json(client: "ServiceClient") -> dict[str, str | list[str] | None]:
    return {
        "client_id": str(client.id),
        "name": client.name,
        "permissions": sorted(client.permissions),
        "created_at": shown(client.created_at),
        "disabled_at": shown(client.disabled_at) or None,
        "secret_made_at": shown(client.secret_made_at),
        "replaced_secrets_good_until": [shown(each.good_until) for each in client.replaced],
    }
