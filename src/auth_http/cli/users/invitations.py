"""`auth-service users invite` and what becomes of invitations: listed, sent again, withdrawn."""

from typing import TYPE_CHECKING, Annotated

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_fields, print_json, print_outcome, print_table, shown
from auth_http.cli.who import Who, find_user

if TYPE_CHECKING:
    from auth_core.ids import UserId
    from auth_core.users.directory import UserListing
    from auth_core.users.model import User
    from auth_http.container import Container

_COLUMNS = ("id", "e-mail", "name", "roles", "sent", "good until", "invited by")


def invite(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The e-mail address of whoever is invited.")],
    *,
    first_name: Annotated[str | None, typer.Option(help="The first name; left out, they are asked.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The last name; left out, they are asked.")] = None,
    locale: Annotated[str | None, typer.Option(help="The language of mails to them: en, de, pt-BR …")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Make an account and send its owner a mail by which they choose the password. Until then nobody can use it.

    The mail is sent by `auth-service serve` or `auth-service worker`, and its link is good for AUTH_INVITATION_DAYS.
    """
    from auth_core import Origin

    async def work(container: "Container") -> "User":
        return await container.auth().users.invite(
            email=email,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            roles=role or (),
            actor=None,
            origin=Origin(),
        )

    _tell(run(context, work), json=json)


def list_invitations(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=500)] = 100,
    after: Annotated[str | None, typer.Option(help="Go on there; said at the end of the page before.")] = None,
    json: Json = False,
) -> None:
    """List who was invited and has not accepted, those whose link is too old by now among them."""
    from auth_core.users.model import UserStatus

    async def work(container: "Container") -> "UserListing":
        return await container.auth().users.list(status=UserStatus.INVITED, after=after, limit=limit)

    page = run(context, work)
    if json:
        items = [_as_json(each.user) | {"roles": list(each.roles)} for each in page.items]
        print_json({"items": items, "next": page.next, "total": page.total})
        return
    rows = [_cells(each.user, each.roles) for each in page.items]
    print_table(_COLUMNS, rows, empty="Nobody who was invited has still to accept.")
    if page.next:
        typer.echo(f"More: --after={page.next}")


def resend_invitation(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Send an invitation again that was not accepted: the link before it is dead, this one as good as the first was."""
    from auth_core import Origin

    async def work(container: "Container") -> "User":
        auth = container.auth()
        return await auth.users.invite_again(user_id=await find_user(auth, who), actor=None, origin=Origin())

    _tell(run(context, work), json=json)


def withdraw_invitation(context: typer.Context, who: Who, *, json: Json = False) -> None:
    """Take an invitation back that was not accepted: its link is dead, the account is gone, the address is free."""
    from auth_core import Origin

    async def work(container: "Container") -> "UserId":
        auth = container.auth()
        user_id = await find_user(auth, who)
        await auth.users.withdraw_invitation(user_id=user_id, actor=None, origin=Origin())
        return user_id

    user_id = run(context, work)
    print_outcome({"id": str(user_id), "withdrawn": True}, {"id": str(user_id), "withdrawn": "yes"}, json=json)


def _tell(user: "User", *, json: bool) -> None:
    if json:
        print_json(_as_json(user))
        return
    until = shown(user.invitation.expires_at) if user.invitation else ""
    print_fields({"invited": str(user.email), "id": str(user.id), "good until": until})


def _cells(user: "User", roles: tuple[str, ...]) -> tuple[str, ...]:
    pending = user.invitation
    return (
        str(user.id),
        str(user.email),
        f"{user.first_name} {user.last_name}".strip(),
        " ".join(roles),
        shown(pending.at if pending else None),
        shown(pending.expires_at if pending else None),
        str(pending.by) if pending and pending.by else "the operator",
    )


def _as_json(user: "User") -> dict[str, object]:
    pending = user.invitation
    return {
        "id": str(user.id),
        "email": str(user.email),
        "first_name": user.first_name or None,
        "last_name": user.last_name or None,
        "locale": user.locale,
        "status": user.status.value,
        "sent_at": shown(pending.at if pending else None) or None,
        "expires_at": shown(pending.expires_at if pending else None) or None,
        "invited_by": str(pending.by) if pending and pending.by else None,
        "version": user.version,
    }
