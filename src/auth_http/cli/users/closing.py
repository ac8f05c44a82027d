"""Accounts closed and opened again: disabled and enabled, deleted and restored."""

from typing import Annotated

import typer

from auth_http.cli.output import Json
from auth_http.cli.users.account import act
from auth_http.cli.who import Who


def disable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Close an account: its sessions end at once, and nobody can log in to it. Doing it twice does no harm."""
    act(context, who, lambda auth: auth.users.disable, json=json)


def enable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Open a disabled account again. Sessions that ended stay ended."""
    act(context, who, lambda auth: auth.users.enable, json=json)


def delete(
    context: typer.Context,
    who: Who,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete an account, so that it can be restored: its sessions end at once; its address stays taken."""
    if not yes:
        typer.confirm(f"Delete {who}?", abort=True, err=True)
    act(context, who, lambda auth: auth.users.delete, json=json)


def restore(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Give a deleted account back, as active or disabled as it was. Sessions that ended stay ended."""
    act(context, who, lambda auth: auth.users.restore, json=json)
