"""`auth-service keys`: the keys that sign access tokens."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import print_fields, print_json, print_table, shown

if TYPE_CHECKING:
    from auth_core.tokens.keys import SigningKey
    from auth_http.container import Container

app = typer.Typer(help="List and rotate the keys that sign access tokens.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog="Example: `auth-service keys list`")
def list_keys(context: typer.Context, *, json: Json = False) -> None:
    """List the keys: next (published, signs later), active (signs), retired (still trusted), gone."""

    async def work(container: "Container") -> Any:  # noqa: ANN401 - a sequence of (SigningKey, KeyState), imported later
        return await container.auth().tokens.list_keys()

    keys = run(context, work)
    if json:
        print_json([_as_json(key) | {"state": state.value} for key, state in keys])
        return
    print_table(
        ("number", "kid", "algorithm", "state", "created", "signs from"),
        [
            (
                str(key.number),
                key.kid,
                key.material.algorithm.value,
                state.value,
                shown(key.created_at),
                shown(key.signs_from),
            )
            for key, state in keys
        ],
        empty="There are no keys yet; the service makes one when it starts.",
    )


@app.command(epilog="Example: `auth-service keys rotate`")
def rotate(
    context: typer.Context,
    *,
    if_due: Annotated[bool, typer.Option("--if-due", help="Only when the newest has signed long enough.")] = False,
    json: Json = False,
) -> None:
    """Make the next key. It signs once everybody who keeps a copy of the public keys must have it."""
    from auth_core import Origin

    async def work(container: "Container") -> "SigningKey | None":
        return await container.auth().tokens.rotate_keys(if_due=if_due, origin=Origin())

    key = run(context, work)
    if json:
        print_json(_as_json(key) if key else None)
    elif key:
        print_fields({"created": key.kid, "signs from": shown(key.signs_from)})
    else:
        typer.echo("No key was made: none is due." if if_due else "No key was made: another process just made one.")


def _as_json(key: "SigningKey") -> dict[str, str | int]:
    return {
        "number": key.number,
        "kid": key.kid,
        "algorithm": key.material.algorithm.value,
        "created_at": shown(key.created_at),
        "signs_from": shown(key.signs_from),
    }
