"""`auth-service keys`: the keys that sign access tokens."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json, print_table, shown

if TYPE_CHECKING:
    from auth_core.tokens.keys import SigningKey
    from auth_http.container import Container

app = typer.Typer(help="List, rotate and revoke the keys that sign access tokens.", no_args_is_help=True)


@app.command("list", epilog="Example: `auth-service keys list`")
def list_keys(context: typer.Context, *, json: Json = False) -> None:
    """List the keys: next (published, signs later), active (signs), retired (still trusted), gone, revoked."""

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


@app.command(epilog="Example: `auth-service keys revoke NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`")
def revoke(
    context: typer.Context,
    kid: Annotated[str, typer.Argument(help="The key, by its kid.", metavar="KID")],
    *,
    json: Json = False,
) -> None:
    """Refuse every token that a key has signed: for when somebody else may have it. It cannot be taken back.

    If it was the key that signs, a new one does from now on. Every process knows within AUTH_KEY_RELOAD_SECONDS; other
    services know when they fetch the key set anew, within AUTH_JWKS_CACHE_SECONDS.
    """
    from auth_core import Origin

    async def work(container: "Container") -> "tuple[SigningKey | None, float, float]":
        policy = container.policies().tokens
        successor = await container.auth().tokens.revoke_key(kid=kid, actor=None, origin=Origin())
        return successor, policy.key_reload.total_seconds(), policy.jwks_cache.total_seconds()

    successor, here, elsewhere = run(context, work)
    if json:
        print_json(
            {
                "revoked": kid,
                "successor": _as_json(successor) if successor else None,
                "in_force_seconds": here,
                "in_force_elsewhere_seconds": here + elsewhere,
            }
        )
        return
    print_fields(
        {
            "revoked": kid,
            "signs now": successor.kid if successor else "the same key as before",
            "in force": f"in every process within {here:g} s, at other services within {here + elsewhere:g} s",
        }
    )


def _as_json(key: "SigningKey") -> dict[str, str | int | None]:
    return {
        "number": key.number,
        "kid": key.kid,
        "algorithm": key.material.algorithm.value,
        "created_at": shown(key.created_at),
        "signs_from": shown(key.signs_from),
        "revoked_at": shown(key.revoked_at) or None,
    }
