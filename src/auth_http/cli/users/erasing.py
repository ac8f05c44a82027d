"""Accounts erased for good: one by hand, and those whose time has come."""

from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from auth_core.ids import UserId
    from auth_http.container import Container


def erase(
    context: typer.Context,
    who: Who,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Also an account that is not deleted: it is deleted first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a deleted account and all that is personal of its owner, for good.

    Its address is free then. The audit trail stays sound: it says that things happened to an id, and no more. The
    service does so by itself AUTH_DELETED_USER_DAYS after the deletion.
    """
    from auth_core import Origin

    if not yes:
        typer.confirm(f"Erase {who}? This cannot be taken back.", abort=True, err=True)

    async def work(container: "Container") -> "tuple[UserId, int]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        return user_id, await auth.users.erase(user_id=user_id, at_once=now, actor=None, origin=Origin())

    user_id, events = run(context, work)
    print_outcome(
        {"id": str(user_id), "erased": True, "events": events},
        {"id": str(user_id), "erased": "yes", "events emptied": str(events)},
        json=json,
    )


def erase_deleted(context: typer.Context, *, json: Json = False) -> None:
    """Erase everybody who was deleted more than AUTH_DELETED_USER_DAYS ago.

    The service does so by itself where its role may change the audit trail, or erase in it (`migrate
    --serving-role-erases`). Where it may only append, run this as the role that owns the tables.
    """

    async def work(container: "Container") -> int:
        return await container.auth().upkeep.erase_deleted()

    erased = run(context, work)
    if json:
        print_json({"erased": erased})
    else:
        typer.echo(f"Erased {erased} accounts.")


def erase_unproven(context: typer.Context, *, json: Json = False) -> None:
    """Erase everybody who registered more than AUTH_UNPROVEN_USER_DAYS ago and never proved their address.

    The service does so by itself where its role may change the audit trail. Where it may only append, run this as the
    role that owns the tables.
    """

    async def work(container: "Container") -> int:
        return await container.auth().upkeep.erase_unproven()

    erased = run(context, work)
    if json:
        print_json({"erased": erased})
    else:
        typer.echo(f"Erased {erased} accounts.")
