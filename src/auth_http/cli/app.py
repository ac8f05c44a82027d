"""The commands, and what `--help` says of them all."""

from typing import Annotated

import typer

from auth_http.cli import (
    audit,
    clients,
    doctor,
    keys,
    mail,
    migrate,
    openapi,
    outbox,
    roles,
    secrets,
    serve,
    settings,
    throttle,
    webhooks,
    worker,
)
from auth_http.cli.users import app as users

app = typer.Typer(
    name="auth-service",
    help="User authentication: run the service and look after it.",
    epilog="Every setting is an environment variable: `auth-service settings` lists them. Exit codes: 0 done, "
    "1 a check found something, 2 wrong usage, 65 not acceptable, 66 not found, 69 not available, 73 exists already, "
    "75 try again, 77 not allowed, 78 wrong settings.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.add_typer(users.app, name="users")
app.add_typer(roles.app, name="roles")
app.add_typer(keys.app, name="keys")
app.add_typer(clients.app, name="clients")
app.add_typer(secrets.app, name="secrets")
app.add_typer(audit.app, name="audit")
app.add_typer(outbox.app, name="outbox")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(mail.app, name="mail")
app.add_typer(throttle.app, name="throttle")
app.command("doctor")(doctor.doctor)
app.command("settings")(settings.settings)
app.command("openapi")(openapi.openapi)


def _say_version(asked: bool) -> None:  # noqa: FBT001 - the value of a flag
    if asked:
        from auth_http.openapi import service_version

        typer.echo(f"auth-service {service_version()}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Run before every command."""
