"""`auth-service users list` and `show`: who there is."""

from enum import StrEnum
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_table, shown
from auth_http.cli.users.account import as_json
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from auth_core.users.directory import ListedUser, UserListing
    from auth_http.container import Container


_COLUMNS: Final = ("id", "e-mail", "name", "status", "roles", "created", "last log-in")


def list_users(
    context: typer.Context,
    *,
    query: Annotated[
        str | None, typer.Option("--query", "-q", help="How an e-mail address, a first or a last name begins.")
    ] = None,
    role: Annotated[str | None, typer.Option(help="Only who holds this role themselves.")] = None,
    status: Annotated[str | None, typer.Option(help="Only who is active, disabled, deleted or invited.")] = None,
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
        print_json({"items": [_listed_as_json(each) for each in page.items], "next": page.next, "total": page.total})
        return
    print_table(_COLUMNS, [_cells(each) for each in page.items], empty="There are no such accounts.")
    if page.next:
        typer.echo(f"More: --after={page.next}")


def show(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Show one account, whatever its status, with the roles it holds."""

    async def work(container: "Container") -> "ListedUser":
        auth = container.auth()
        return await auth.users.look_up_listed(user_id=await find_user(auth, who))

    found = run(context, work)
    print_outcome(_listed_as_json(found), dict(zip(_COLUMNS, _cells(found), strict=True)), json=json)


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
    return dumps(_listed_as_json(listed), ensure_ascii=False) if json else "\t".join(_cells(listed))


def _listed_as_json(listed: "ListedUser") -> dict[str, Any]:
    return as_json(listed.user) | {"roles": list(listed.roles)}
