"""`auth-service serve`."""

from typing import Annotated

import typer

from auth_http.failures import told_plainly


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen at [AUTH_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 for a free one [AUTH_PORT].")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes serve [AUTH_WORKERS].")] = None,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(help="Addresses or networks of the proxies in front, with commas [AUTH_TRUSTED_PROXIES]."),
    ] = None,
) -> None:
    """Run the service. Without settings it makes itself a database and secrets, in the folder .data.

    SIGTERM drains it and SIGINT stops it, both without cutting off a request that is under way.
    """
    given = {
        "AUTH_HOST": host,
        "AUTH_PORT": None if port is None else str(port),
        "AUTH_WORKERS": None if workers is None else str(workers),
        "AUTH_TRUSTED_PROXIES": trusted_proxies,
    }
    with told_plainly():
        from auth_http.serving.settled import settled_as_it_comes

        with settled_as_it_comes():
            from auth_http.serving.service import serve as serve_by
            from auth_http.settings.reading import environment_with

        serve_by(environment_with({name: value for name, value in given.items() if value is not None}))
