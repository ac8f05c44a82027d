"""`auth-service roles`: what may be done by whom, as the operator of the machine sees it."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json, print_outcome, print_table
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from auth_core.access.explanation import Explanation
    from auth_core.access.model import Role
    from auth_core.access.preview import AffectedUser, RolePreview
    from auth_http.container import Container

app = typer.Typer(help="List, define and delete roles; say what a change would do, and why.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name of the role.", metavar="ROLE")]
Permissions = Annotated[
    list[str] | None, typer.Option("--permission", "-p", help="What the role allows by itself; may be repeated.")
]
Parents = Annotated[list[str] | None, typer.Option("--parent", help="A role to inherit from; may be repeated.")]


@app.command("list", epilog="Example: `auth-service roles list`")
def list_roles(context: typer.Context, *, json: Json = False) -> None:
    """List the roles with what they allow and inherit."""

    async def work(container: "Container") -> Any:  # noqa: ANN401 - a sequence of Role, imported later
        return await container.auth().access.list_roles()

    roles = run(context, work)
    if json:
        print_json([_as_json(role) for role in roles])
        return
    print_table(
        ("role", "permissions", "parents", "inherited", "description"),
        [
            (role.name, _listed(role.permissions), _listed(role.parents), _listed(role.inherited), role.description)
            for role in roles
        ],
        empty="There are no roles.",
    )


@app.command(
    epilog="Example: `auth-service roles define accountant --permission invoices:approve --parent clerk "
    "--description 'Keeps the books.'`"
)
def define(
    context: typer.Context,
    name: Name,
    *,
    permission: Permissions = None,
    parent: Parents = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    json: Json = False,
) -> None:
    """Let there be a role that allows and inherits exactly this, in force at once for all who hold it.

    Look first with `auth-service roles preview`.
    """
    from auth_core import Origin

    async def work(container: "Container") -> "Role":
        return await container.auth().access.define_role(
            name=name,
            description=description,
            permissions=permission or (),
            parents=parent or (),
            actor=None,
            origin=Origin(),
        )

    role = run(context, work)
    print_outcome(_as_json(role), {"defined": role.name, "allows": _listed(role.allows)}, json=json)


@app.command(epilog="Example: `auth-service roles delete accountant`")
def delete(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Delete a role that nobody holds and none inherits from."""
    from auth_core import Origin

    async def work(container: "Container") -> None:
        await container.auth().access.delete_role(name=name, actor=None, origin=Origin())

    run(context, work)
    print_outcome({"deleted": name}, {"deleted": name}, json=json)


@app.command(
    epilog="Examples: `auth-service roles preview accountant --permission invoices:read --parent clerk`, "
    "`auth-service roles preview accountant --permission invoices:read --all --json | jq -r .email`"
)
def preview(
    context: typer.Context,
    name: Name,
    *,
    permission: Permissions = None,
    parent: Parents = None,
    limit: Annotated[int, typer.Option(help="How many users at most.", min=1, max=500)] = 20,
    after: Annotated[UUID | None, typer.Option(help="Begin after the user with this id.")] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="All of these users and no numbers; with --json one document a line.")
    ] = False,
    json: Json = False,
) -> None:
    """Say who would gain and who would lose what by `roles define` with the same options, and change nothing."""
    from auth_core.access.preview import LARGEST_PAGE
    from auth_core.ids import UserId

    async def page_from(container: "Container", place: UUID | None, most: int) -> "RolePreview":
        return await container.auth().access.preview_role(
            name=name,
            permissions=permission or (),
            parents=parent or (),
            after=UserId(place) if place else None,
            limit=most,
        )

    async def page_by_page(container: "Container") -> None:
        place = after
        while True:
            told = await page_from(container, place, LARGEST_PAGE)
            for each in told.users:
                typer.echo(_as_line(each, json=json))
            place = told.next
            if place is None:
                return

    if everybody:
        run(context, page_by_page)
        return
    told = run(context, lambda container: page_from(container, after, limit))
    if json:
        from auth_http.schemas.roles import PreviewAnswer

        print_json(PreviewAnswer.of(told).model_dump(mode="json"))
        return
    print_fields({"users who gain": str(told.users_who_gain), "users who lose": str(told.users_who_lose)})
    print_table(
        ("user", "roles", "gains", "loses"),
        [
            (each.email, _listed(each.roles), _listed(each.difference.gains), _listed(each.difference.losses))
            for each in told.users
        ],
        empty="Nobody's rights would change." if told.next is None else "",
    )
    if told.next:
        typer.echo(f"More: --after {told.next}")


@app.command(epilog="Example: `auth-service roles explain ada@example.com invoices:approve`")
def explain(
    context: typer.Context,
    who: Who,
    permission: Annotated[str, typer.Argument(help="area:action, area:* or *.", metavar="PERMISSION")],
    *,
    json: Json = False,
) -> None:
    """Say why a user may do something: the path through roles, or what is missing."""

    async def work(container: "Container") -> "Explanation":
        auth = container.auth()
        return await auth.users.explain_permission(user_id=await find_user(auth, who), permission=permission)

    told = run(context, work)
    if json:
        from auth_http.schemas.rights import ExplanationAnswer

        print_json(ExplanationAnswer.of(told).model_dump(mode="json"))
        return
    fields = {"allowed": "yes" if told.allowed else "no", "holds": _listed(told.held) or "no role"}
    if not told.active:
        fields["account"] = "disabled"
    if told.path:
        fields["because of"] = f"{' > '.join(told.path)}, which has {told.granted}"
    else:
        fields["missing"] = f"one of the roles {_listed(told.missing)}"
    print_fields(fields)


def _listed(texts: Any) -> str:  # noqa: ANN401 - a collection of texts
    return " ".join(sorted(texts))


def _as_line(affected: "AffectedUser", *, json: bool) -> str:
    if json:
        from auth_http.schemas.roles import UserAffected

        return UserAffected.of(affected).model_dump_json()
    gains, losses = affected.difference.gains, affected.difference.losses
    return " ".join([affected.email, *(f"+{each}" for each in gains), *(f"-{each}" for each in losses)])


def _as_json(role: "Role") -> dict[str, Any]:
    from auth_http.schemas.roles import RoleAnswer

    return RoleAnswer.of(role).model_dump(mode="json")
