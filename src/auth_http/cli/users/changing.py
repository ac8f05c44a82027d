"""`auth-service users update`: names, e-mail address and language."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.output import Json
from auth_http.cli.users.account import act
from auth_http.cli.who import Who

if TYPE_CHECKING:
    from auth_core import AuthCore
    from auth_http.cli.users.account import Act


def update(
    context: typer.Context,
    who: Who,
    *,
    first_name: Annotated[str | None, typer.Option(help="The new first name.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The new last name.")] = None,
    email: Annotated[str | None, typer.Option(help="The new e-mail address, in force at once.")] = None,
    locale: Annotated[
        str | None, typer.Option(help='The language of mails to them; "" for none in particular.')
    ] = None,
    version: Annotated[
        int | None, typer.Option(help="Change nothing unless the account has this version, as `--json` shows it.")
    ] = None,
    json: Json = False,
) -> None:
    """Change names, e-mail address and language; what is not given stays as it is."""
    if first_name is None and last_name is None and email is None and locale is None:
        raise typer.BadParameter("Give --first-name, --last-name, --email or --locale.")

    def change(auth: "AuthCore") -> "Act":
        return partial(
            auth.users.update,
            first_name=first_name,
            last_name=last_name,
            email=email,
            locale=locale,
            seen=None if version is None else (str(version),),
        )

    act(context, who, change, json=json)
