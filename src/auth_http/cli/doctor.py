"""`auth-service doctor`."""

import asyncio

import typer

from auth_http.cli.output import Json, print_json
from auth_http.exit_codes import ExitCode
from auth_http.failures import told_plainly


def doctor(*, json: Json = False) -> None:
    """Examine settings, secrets, database, migrations, keys, clock and hashing, and say how to mend what is wrong.

    Exits with 1 when something is. Example: `auth-service doctor --json | jq '.[] | select(.ok | not)'`
    """
    with told_plainly():
        from auth_http.doctor.examination import examine

        findings = asyncio.run(examine())
    if json:
        print_json(
            [{"check": each.check, "ok": each.ok, "detail": each.detail, "mend": each.mend} for each in findings]
        )
    else:
        width = max(len(each.check) for each in findings)
        for each in findings:
            mark = typer.style("ok   ", fg="green") if each.ok else typer.style("wrong", fg="red")
            typer.echo(f"{mark}  {each.check:<{width}}  {each.detail}")
            if each.mend:
                typer.echo(f"{'':<{width + 9}}{each.mend}")
    if not all(each.ok for each in findings):
        raise typer.Exit(ExitCode.FOUND_SOMETHING)
