"""`auth-service settings`."""

from typing import Annotated

import typer

from auth_http.cli.output import Json, print_json, print_table
from auth_http.failures import told_plainly


def settings(
    *,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference of all settings.")] = False,
) -> None:
    """Show every setting with the value in force; secrets are stars. Settings that cannot be used are named.

    Examples: `auth-service settings`, `AUTH_ENV=production auth-service settings --json`
    """
    with told_plainly():
        from auth_http.settings import read_settings
        from auth_http.settings import reference as of_settings

        if markdown:
            typer.echo(of_settings.markdown(), nl=False)
            return
        values = of_settings.values_in_force(read_settings())
        if json:
            print_json(values)
        else:
            print_table(
                ("setting", "value", "meaning"),
                [(each.name, values[each.name], " ".join(each.description.split())) for each in of_settings.entries()],
                empty="",
            )
