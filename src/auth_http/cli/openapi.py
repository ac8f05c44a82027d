"""`auth-service openapi`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from auth_http.failures import told_plainly


def openapi(
    *, output: Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.", dir_okay=False)] = None
) -> None:
    """Print the description of the HTTP interface (OpenAPI 3.1). It needs no settings and no database.

    Example: `auth-service openapi --output openapi.json`
    """
    with told_plainly():
        from auth_http.app import wired
        from auth_http.container import container_with
        from auth_http.settings import Settings

        document = json.dumps(wired(container_with(Settings())).openapi(), indent=2, ensure_ascii=False)
        if output is None:
            typer.echo(document)
        else:
            output.write_text(f"{document}\n", encoding="utf-8")
