"""`auth-service users sessions`: where somebody is signed in, and the end of it."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_table, shown
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth_core.ids import UserId
    from auth_core.sessions.model import Session
    from auth_http.container import Container

app = typer.Typer(help="Say where somebody is signed in, and sign them out.", no_args_is_help=True)


@app.command("list", epilog="Example: `auth-service users sessions list ada@example.com`")
def list_sessions(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """List the live sessions of an account, the one used last first."""

    async def work(container: "Container") -> "tuple[UserId, Sequence[Session]]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        return user_id, await auth.sessions.list_of_user(user_id=user_id)

    user_id, sessions = run(context, work)
    if json:
        print_json({"user_id": str(user_id), "items": [_as_json(each) for each in sessions]})
        return
    print_table(
        ("session", "device", "address", "opened", "last used", "expires"),
        [
            (
                str(each.id),
                each.device,
                each.origin.address or "",
                shown(each.created_at),
                shown(each.advanced_at),
                shown(each.valid_until),
            )
            for each in sessions
        ],
        empty="They are signed in nowhere.",
    )


@app.command(
    epilog="Examples: `auth-service users sessions revoke ada@example.com --all`, "
    "`auth-service users sessions revoke ada@example.com --session 0199a1f4-0d10-7c11-8a52-6f0c6cb5a001`"
)
def revoke(
    context: typer.Context,
    who: Who,
    *,
    session: Annotated[UUID | None, typer.Option(help="The session to end, from the list.")] = None,
    every: Annotated[bool, typer.Option("--all", help="End them all.")] = False,
    json: Json = False,
) -> None:
    """End one session of an account, or all of them: their tokens are refused from now on."""
    from auth_core import Origin
    from auth_core.ids import SessionId

    if (session is None) != every:
        raise typer.BadParameter("Give --session or --all.")

    async def work(container: "Container") -> "tuple[UserId, int]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        if session is None:
            return user_id, await auth.sessions.end_all_of_user(user_id=user_id, actor=None, origin=Origin())
        await auth.sessions.end_of_user(user_id=user_id, session_id=SessionId(session), actor=None, origin=Origin())
        return user_id, 1

    user_id, ended = run(context, work)
    print_outcome(
        {"user_id": str(user_id), "sessions_ended": ended},
        {"id": str(user_id), "sessions ended": str(ended)},
        json=json,
    )


def _as_json(session: "Session") -> dict[str, str | None]:
    return {
        "id": str(session.id),
        "device": session.device,
        "address": session.origin.address,
        "user_agent": session.origin.user_agent,
        "created_at": shown(session.created_at),
        "last_used_at": shown(session.advanced_at),
        "expires_at": shown(session.valid_until),
    }
