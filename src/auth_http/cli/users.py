"""`auth-service users`: accounts, as the operator of the machine sees them."""

from enum import StrEnum
from functools import partial
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

from auth_http.cli import moving, user_sessions
from auth_http.cli.bulk import bulk
from auth_http.cli.invocation import run
from auth_http.cli.output import print_fields, print_json, print_table, shown
from auth_http.cli.password_entry import enter_password
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from auth_core import AuthCore, Origin
    from auth_core.access.model import Assignment
    from auth_core.ids import UserId
    from auth_core.users.directory import ListedUser, UserListing
    from auth_core.users.model import PasswordReset, User
    from auth_http.container import Container

    class Act(Protocol):
        """Something that is done to one account."""

        def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> Coroutine[Any, Any, User]:
            """Return the account as it is afterwards."""
            ...


app = typer.Typer(
    help="Create, list, change, close and delete accounts, import and export them, and say who holds which roles.",
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
app.add_typer(user_sessions.app, name="sessions")
app.command(
    epilog="Examples: `auth-service users bulk people.jsonl --dry-run`, `auth-service users bulk people.jsonl`. "
    'A line: `{"key": "hire-4711", "do": "create", "email": "ada@example.com", "password": "…", "first_name": "Ada", '
    '"last_name": "Lovelace"}`'
)(bulk)

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
            roles=roles,
            must_change_password=must_change_password,
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
    _act(context, who, lambda auth: auth.users.disable, json=json)


@app.command(epilog="Example: `auth-service users enable mallory@example.com`")
def enable(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Open a disabled account again. Sessions that ended stay ended."""
    _act(context, who, lambda auth: auth.users.enable, json=json)


@app.command(
    epilog="Example: `auth-service users update ada@example.com --last-name Byron --email ada.byron@example.com`"
)
def update(
    context: typer.Context,
    who: Who,
    *,
    first_name: Annotated[str | None, typer.Option(help="The new first name.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The new last name.")] = None,
    email: Annotated[str | None, typer.Option(help="The new e-mail address, in force at once.")] = None,
    version: Annotated[
        int | None, typer.Option(help="Change nothing unless the account has this version, as `--json` shows it.")
    ] = None,
    json: Json = False,
) -> None:
    """Change names and e-mail address; what is not given stays as it is."""
    if first_name is None and last_name is None and email is None:
        raise typer.BadParameter("Give --first-name, --last-name or --email.")

    def change(auth: "AuthCore") -> "Act":
        return partial(
            auth.users.update,
            first_name=first_name,
            last_name=last_name,
            email=email,
            seen=None if version is None else (str(version),),
        )

    _act(context, who, change, json=json)


@app.command(epilog="Example: `auth-service users delete mallory@example.com --yes`")
def delete(
    context: typer.Context,
    who: Who,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete an account, so that it can be restored: its sessions end at once; its address stays taken."""
    if not yes:
        typer.confirm(f"Delete {who}?", abort=True, err=True)
    _act(context, who, lambda auth: auth.users.delete, json=json)


@app.command(
    epilog="Examples: `auth-service users erase 0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55`, "
    "`auth-service users erase mallory@example.com --now --yes`"
)
def erase(
    context: typer.Context,
    who: Who,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Also an account that is not deleted: it is deleted first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a deleted account and all that is personal of its owner, for good.

    Its address is free then. The audit trail stays sound: it says that things happened to an id, and no more. The
    service does so by itself AUTH_DELETED_USER_DAYS after the deletion.
    """
    from auth_core import Origin

    if not yes:
        typer.confirm(f"Erase {who}? This cannot be taken back.", abort=True, err=True)

    async def work(container: "Container") -> "tuple[UserId, int]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        return user_id, await auth.users.erase(user_id=user_id, at_once=now, actor=None, origin=Origin())

    user_id, events = run(context, work)
    if json:
        print_json({"id": str(user_id), "erased": True, "events": events})
    else:
        print_fields({"id": str(user_id), "erased": "yes", "events emptied": str(events)})


@app.command("erase-deleted", epilog="Example: `auth-service users erase-deleted`")
def erase_deleted(context: typer.Context, *, json: Json = False) -> None:
    """Erase everybody who was deleted more than AUTH_DELETED_USER_DAYS ago.

    The service does so by itself where its role may change the audit trail. Where it may only append, run this as the
    role that owns the tables.
    """

    async def work(container: "Container") -> int:
        return await container.auth().upkeep.erase_deleted()

    erased = run(context, work)
    if json:
        print_json({"erased": erased})
    else:
        typer.echo(f"Erased {erased} accounts.")


@app.command(epilog="Example: `auth-service users restore mallory@example.com`")
def restore(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Give a deleted account back, as active or disabled as it was. Sessions that ended stay ended."""
    _act(context, who, lambda auth: auth.users.restore, json=json)


@app.command(
    "reset-password",
    epilog="Examples: `auth-service users reset-password ada@example.com --generate-password`, "
    "`pass show ada | auth-service users reset-password ada@example.com --password-stdin --keep`",
)
def reset_password(
    context: typer.Context,
    who: Who,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    generate_password: Annotated[
        bool, typer.Option("--generate-password", help="Make a password up and print it, once.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Let it be their password; without this it serves to choose another one.")
    ] = False,
    json: Json = False,
) -> None:
    """Give somebody another password, and end their sessions. It is asked for, twice, unless an option tells it."""
    from auth_core import Origin

    entry = enter_password(from_stdin=password_stdin, generate=generate_password)

    async def work(container: "Container") -> "tuple[UserId, PasswordReset]":
        auth = container.auth()
        user_id = await find_user(auth, who)
        reset = await auth.users.reset_password(
            user_id=user_id,
            password=None if entry.made_up else entry.password,
            must_change=not keep,
            actor=None,
            origin=Origin(),
        )
        return user_id, reset

    user_id, reset = run(context, work)
    made_up = {"password": reset.made_up.reveal()} if reset.made_up else {}
    if json:
        told = {"id": str(user_id), "must_change": reset.must_change, "sessions_ended": reset.sessions_ended}
        print_json(told | made_up)
    else:
        fields = {
            "id": str(user_id),
            "must change": "yes" if reset.must_change else "no",
            "sessions ended": str(reset.sessions_ended),
        }
        print_fields(fields | made_up)


@app.command("force-password-change", epilog="Example: `auth-service users force-password-change ada@example.com`")
def force_password_change(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Have somebody choose another password at their next log-in. Their sessions go on."""
    from auth_core import Origin

    async def work(container: "Container") -> "UserId":
        auth = container.auth()
        user_id = await find_user(auth, who)
        await auth.users.force_password_change(user_id=user_id, actor=None, origin=Origin())
        return user_id

    user_id = run(context, work)
    if json:
        print_json({"id": str(user_id), "must_change": True})
    else:
        print_fields({"id": str(user_id), "must change": "yes"})


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


def _act(context: typer.Context, who: str, choose: "Callable[[AuthCore], Act]", *, json: bool) -> None:
    """Do something to an account, and print what has become of it."""
    from auth_core import Origin

    async def work(container: "Container") -> "User":
        auth = container.auth()
        return await choose(auth)(user_id=await find_user(auth, who), actor=None, origin=Origin())

    user = run(context, work)
    if json:
        print_json(_as_json(user))
        return
    print_fields(
        {
            "id": str(user.id),
            "e-mail": str(user.email),
            "name": f"{user.first_name} {user.last_name}",
            "status": user.status.value,
        }
    )


def _role_as_json(assignment: "Assignment") -> dict[str, str | None]:
    return {
        "role": assignment.role,
        "assigned_at": shown(assignment.at),
        "assigned_by": str(assignment.by) if assignment.by else None,
    }


def _as_json(user: "User") -> dict[str, str | int | None]:
    return {
        "id": str(user.id),
        "email": str(user.email),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "status": user.status.value,
        "created_at": shown(user.created_at),
        "last_login_at": shown(user.last_login_at) or None,
        "deleted_at": shown(user.deleted_at) or None,
        "version": user.version,
    }
