"""Passwords of others: given anew, or to be chosen anew."""

from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_outcome
from auth_http.cli.password_entry import FromStdin, Generated, enter_password
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from auth_core.ids import UserId
    from auth_core.users.model import PasswordReset
    from auth_http.container import Container


def reset_password(
    context: typer.Context,
    who: Who,
    *,
    password_stdin: FromStdin = False,
    generate_password: Generated = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Let it be their password; without this it serves to choose another one.")
    ] = False,
    json: Json = False,
) -> None:
    """Give somebody another password, and end their sessions. It is asked for, twice, unless an option tells it."""
    from auth_core import Origin

    entry = enter_password(from_stdin=password_stdin, generate=generate_password)

    async def work(container: "Container") -> "tuple[UserId, PasswordReset]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        reset = await auth.users.reset_password(
            user_id=user_id,
            password=None if entry.made_up else entry.password,
            must_change=not keep,
            actor=None,
            origin=Origin(),
        )
        return user_id, reset

    user_id, reset = run(context, work)
    made_up = {"password": reset.made_up.reveal()} if reset.made_up else {}
    document = {"id": str(user_id), "must_change": reset.must_change, "sessions_ended": reset.sessions_ended}
    fields = {
        "id": str(user_id),
        "must change": "yes" if reset.must_change else "no",
        "sessions ended": str(reset.sessions_ended),
    }
    print_outcome(document | made_up, fields | made_up, json=json)


def force_password_change(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Have somebody choose another password at their next log-in. Their sessions go on."""
    from auth_core import Origin

    async def work(container: "Container") -> "UserId":
        auth = container.auth()
        user_id = await find_user(auth, who)
        await auth.users.force_password_change(user_id=user_id, actor=None, origin=Origin())
        return user_id

    user_id = run(context, work)
    print_outcome({"id": str(user_id), "must_change": True}, {"id": str(user_id), "must change": "yes"}, json=json)
