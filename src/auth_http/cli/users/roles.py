"""`auth-service users roles`: what roles somebody holds, given and taken away."""

from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_table, shown
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth_core.access.model import Assignment
    from auth_core.ids import UserId
    from auth_http.container import Container


def roles(
    context: typer.Context,
    who: Who,
    *,
    add: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A role to take away; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Give roles to a user and take them away, in force at once; without options only say which they hold."""
    from auth_core import Origin

    async def work(container: "Container") -> "tuple[UserId, Sequence[Assignment]]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        held = await auth.users.change_roles(
            user_id=user_id, add=add or (), remove=remove or (), actor=None, origin=Origin()
        )
        return user_id, held

    user_id, held = run(context, work)
    if json:
        print_json({"id": str(user_id), "roles": [_role_as_json(each) for each in held]})
        return
    print_table(
        ("role", "since", "given by"),
        [(each.role, shown(each.at), str(each.by or "")) for each in held],
        empty="They hold no role.",
    )


def _role_as_json(assignment: "Assignment") -> dict[str, str | None]:
    return {
        "role": assignment.role,
        "assigned_at": shown(assignment.at),
        "assigned_by": str(assignment.by) if assignment.by else None,
    }
