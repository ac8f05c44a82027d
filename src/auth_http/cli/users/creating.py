"""`auth-service users create`: an account, whether registration is open or not."""

from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_outcome
from auth_http.cli.password_entry import FromStdin, Generated, enter_password
from auth_http.cli.users.account import as_json

if TYPE_CHECKING:
    from auth_core.users.model import User
    from auth_http.container import Container


def create(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    *,
    first_name: Annotated[str, typer.Option(help="The first name.", prompt=True)],
    last_name: Annotated[str, typer.Option(help="The last name.", prompt=True)],
    locale: Annotated[str | None, typer.Option(help="The language of mails to them: en, de, pt-BR …")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="The same as --role admin.")] = False,
    password_stdin: FromStdin = False,
    generate_password: Generated = False,
    must_change_password: Annotated[
        bool, typer.Option("--must-change-password", help="Let them choose another one at the first log-in.")
    ] = False,
    json: Json = False,
) -> None:
    """Create an account, whether registration is open or not. The password is asked for, twice."""
    from auth_core import Origin

    entry = enter_password(from_stdin=password_stdin, generate=generate_password)
    roles = [*(role or ()), *(("admin",) if admin else ())]

    async def work(container: "Container") -> "User":
        return await container.auth().users.create(
            email=email,
            password=entry.password,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            roles=roles,
            must_change_password=must_change_password,
            actor=None,
            origin=Origin(),
        )

    user = run(context, work)
    made_up = {"password": entry.password.reveal()} if entry.made_up else {}
    fields = {"created": str(user.email), "id": str(user.id), "roles": " ".join(sorted({*roles, "user"}))}
    print_outcome(as_json(user) | made_up, fields | made_up, json=json)
