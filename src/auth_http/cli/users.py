"""`auth-service users`: accounts, as the operator of the machine sees them."""

from enum import StrEnum
from json import dumps
from typing import TYPE_CHECKING, Annotated, Final

import typer

from auth_http.cli import moving
from auth_http.cli.invocation import run
from auth_http.cli.output import print_fields, print_json, print_table, shown
from auth_http.cli.password_entry import enter_password
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth_core.access.model import Assignment
    from auth_core.ids import UserId
    from auth_core.users.directory import ListedUser, UserListing
    from auth_core.users.model import User
    from auth_http.container import Container

app = typer.Typer(
    help="Create, list, disable and enable accounts, import and export them, and say who holds which roles.",
    no_args_is_help=True,
)

app.command(
    "import",
    epilog="Examples: `auth-service users import people.jsonl --dry-run`, "
    "`auth-service users import people.csv --report refused.jsonl`",
)(moving.import_users)
app.command("export", epilog="Example: `auth-service users export people.jsonl --with-password-hashes`")(
    moving.export_users
)

_COLUMNS: Final = ("id", "e-mail", "name", "status", "roles", "created", "last log-in")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(
    epilog="Examples: `auth-service users create ada@example.com --first-name Ada --last-name Lovelace --admin`, "
    "`pass show ada | auth-service users create ada@example.com --first-name Ada --last-name Lovelace "
    "--password-stdin`"
)
def create(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    *,
    first_name: Annotated[str, typer.Option(help="The first name.", prompt=True)],
    last_name: Annotated[str, typer.Option(help="The last name.", prompt=True)],
    role: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="The same as --role admin.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    generate_password: Annotated[
        bool, typer.Option("--generate-password", help="Make a password up and print it, once.")
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
            roles=roles,
            actor=None,
            origin=Origin(),
        )

    user = run(context, work)
    made_up = {"password": entry.password.reveal()} if entry.made_up else {}
    if json:
        print_json(_as_json(user) | made_up)
    else:
        print_fields(
            {"created": str(user.email), "id": str(user.id), "roles": " ".join(sorted({*roles, "user"}))} | made_up
        )


@app.command(
    "list",
    epilog="Examples: `auth-service users list --query hop --role accountant --sort name`, "
    "`auth-service users list --all --json | jq -r .email`",
)
def list_users(
    context: typer.Context,
    *,
    query: Annotated[
        str | None, typer.Option("--query", "-q", help="How an e-mail address, a first or a last name begins.")
    ] = None,
    role: Annotated[str | None, typer.Option(help="Only who holds this role themselves.")] = None,
    status: Annotated[str | None, typer.Option(help="Only active users, or only disabled ones.")] = None,
    sort: Annotated[str, typer.Option(help="created_at, email or name; with a - before it the other way.")] = (
        "created_at"
    ),
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=500)] = 100,
    after: Annotated[str | None, typer.Option(help="Go on there; said at the end of the page before.")] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="All of them, page by page; with --json one document a line.")
    ] = False,
    json: Json = False,
) -> None:
    """List accounts: all, or those that fit everything that is asked for."""
    from auth_core.users.directory import LARGEST_PAGE, UserSort
    from auth_core.users.model import UserStatus

    chosen = None if status is None else _one_of(UserStatus, status, "--status")
    order = _one_of(UserSort, sort, "--sort")

    async def page_from(container: "Container", place: str | None, most: int) -> "UserListing":
        return await container.auth().users.list(q=query, role=role, status=chosen, sort=order, after=place, limit=most)

    async def page_by_page(container: "Container") -> None:
        place = after
        while True:
            page = await page_from(container, place, LARGEST_PAGE)
            for listed in page.items:
                typer.echo(_as_line(listed, json=json))
            place = page.next
            if place is None:
                return

    if everybody:
        run(context, page_by_page)
        return
    page = run(context, lambda container: page_from(container, after, limit))
    if json:
        items = [_as_json(each.user) | {"roles": list(each.roles)} for each in page.items]
        print_json({"items": items, "next": page.next, "total": page.total})
        return
    print_table(_COLUMNS, [_cells(each) for each in page.items], empty="There are no such accounts.")
    if page.next:
        typer.echo(f"More: --after={page.next}")


@app.command(epilog="Example: `auth-service users show ada@example.com`")
def show(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Show one account, whatever its status, with the roles it holds."""

    async def work(container: "Container") -> "ListedUser":
        auth = container.auth()
        return await auth.users.look_up_listed(user_id=await find_user(auth, who))

    found = run(context, work)
    if json:
        print_json(_as_json(found.user) | {"roles": list(found.roles)})
    else:
        print_fields(dict(zip(_COLUMNS, _cells(found), strict=True)))


@app.command(epilog="Example: `auth-service users disable mallory@example.com`")
def disable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Close an account: its sessions end at once, and nobody can log in to it. Doing it twice does no harm."""
    _set_status(context, who, enabled=False, json=json)


@app.command(epilog="Example: `auth-service users enable mallory@example.com`")
def enable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Open a disabled account again. Sessions that ended stay ended."""
    _set_status(context, who, enabled=True, json=json)


@app.command(
    epilog="Examples: `auth-service users roles ada@example.com`, "
    "`auth-service users roles ada@example.com --add accountant --remove clerk`"
)
def roles(
    context: typer.Context,
    who: Who,
    *,
    add: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A role to take away; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Give roles to a user and take them away, in force at once; without options only say which they hold."""
    from auth_core import Origin

    async def work(container: "Container") -> "tuple[UserId, Sequence[Assignment]]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        held = await auth.users.change_roles(
            user_id=user_id, add=add or (), remove=remove or (), actor=None, origin=Origin()
        )
        return user_id, held

    user_id, held = run(context, work)
    if json:
        print_json({"id": str(user_id), "roles": [_role_as_json(each) for each in held]})
        return
    print_table(
        ("role", "since", "given by"),
        [(each.role, shown(each.at), str(each.by or "")) for each in held],
        empty="They hold no role.",
    )


def _one_of[Choice: StrEnum](choices: type[Choice], text: str, option: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        raise typer.BadParameter(f"One of: {', '.join(choices)}.", param_hint=option) from None


def _cells(listed: "ListedUser") -> tuple[str, ...]:
    user = listed.user
    return (
        str(user.id),
        str(user.email),
        f"{user.first_name} {user.last_name}",
        user.status.value,
        " ".join(listed.roles),
        shown(user.created_at),
        shown(user.last_login_at),
    )


def _as_line(listed: "ListedUser", *, json: bool) -> str:
    if not json:
        return "\t".join(_cells(listed))
    return dumps(_as_json(listed.user) | {"roles": list(listed.roles)}, ensure_ascii=False)


def _set_status(context: typer.Context, who: str, *, enabled: bool, json: bool) -> None:
    from auth_core import Origin

    async def work(container: "Container") -> "UserId":
        auth = container.auth()
        user_id = await find_user(auth, who)
        act = auth.users.enable if enabled else auth.users.disable
        await act(user_id=user_id, actor=None, origin=Origin())
        return user_id

    user_id = run(context, work)
    status = "active" if enabled else "disabled"
    if json:
        print_json({"id": str(user_id), "status": status})
    else:
        print_fields({"id": str(user_id), "status": status})


def _role_as_json(assignment: "Assignment") -> dict[str, str | None]:
    return {
        "role": assignment.role,
        "assigned_at": shown(assignment.at),
        "assigned_by": str(assignment.by) if assignment.by else None,
    }


def _as_json(user: "User") -> dict[str, str | None]:
    return {
        "id": str(user.id),
        "email": str(user.email),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "status": user.status.value,
        "created_at": shown(user.created_at),
        "last_login_at": shown(user.last_login_at) or None,
    }
