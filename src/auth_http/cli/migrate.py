"""`auth-service migrate`."""

import asyncio
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from auth_http.cli.invocation import container_of
from auth_http.cli.output import Json, print_json
from auth_http.exit_codes import ExitCode
from auth_http.failures import told_plainly

if TYPE_CHECKING:
    from auth_http.postgres_storage import PostgresStorage


def migrate(
    context: typer.Context,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 when migrations are missing.")
    ] = False,
    serving_role: Annotated[
        str | None,
        typer.Option(
            "--serving-role",
            help="The database role the service connects as, when another one owns the tables: it is given what "
            "serving needs. Of the audit trail it may add and read, and nothing else.",
        ),
    ] = None,
    serving_role_erases: Annotated[
        bool,
        typer.Option(
            "--serving-role-erases",
            help="Let that role also have the audit trail erased of people who were deleted, so that the service "
            "erases them by itself.",
        ),
    ] = False,
    upkeep_role: Annotated[
        str | None,
        typer.Option(
            "--upkeep-role",
            help="A database role that runs `auth-service audit remove-old` without owning the tables: it may have "
            "old events removed, and do nothing else.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Bring the schema of the database up to date. Doing it twice, or in several places at once, does no harm.

    Examples: `auth-service migrate`, `auth-service migrate --check`, `auth-service migrate --serving-role auth_serving`
    """
    with told_plainly():
        storage = container_of(context).storage()
        roles = _Roles(serving_role, serving_role_erases, upkeep_role)
        missing, applied = asyncio.run(_migrate(storage, check=check, roles=roles))
    if json:
        print_json({"applied": applied, "missing": missing})
    else:
        for revision in applied:
            typer.echo(f"applied {revision}")
        typer.echo("Migrations are missing: run `auth-service migrate`." if missing else "The schema is up to date.")
    if missing:
        raise typer.Exit(ExitCode.FOUND_SOMETHING)


class _Roles(NamedTuple):
    serving: str | None
    serving_erases: bool
    upkeep: str | None


async def _migrate(storage: "PostgresStorage", *, check: bool, roles: _Roles) -> tuple[bool, list[str]]:
    from auth_adapters.postgres import RoleNotBound, SchemaAhead, SchemaState, schema_state
    from auth_adapters.postgres import migrate as apply_missing
    from auth_http.exit_codes import CannotRun

    try:
        await storage.reach()
        if check:
            return await schema_state(storage.database) is SchemaState.BEHIND, []
        applied = await apply_missing(
            storage.address,
            serving_role=roles.serving,
            serving_role_erases=roles.serving_erases,
            upkeep_role=roles.upkeep,
        )
        return False, list(applied)
    except (SchemaAhead, RoleNotBound) as error:
        raise CannotRun(str(error), ExitCode.BAD_SETTINGS) from None
    finally:
        await storage.close()
