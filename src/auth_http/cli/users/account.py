"""One account: the way to do something to it, and how it is printed."""

from typing import TYPE_CHECKING, Any, Protocol

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import print_outcome, shown
from auth_http.cli.who import find_user

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from auth_core import AuthCore, Origin
    from auth_core.ids import UserId
    from auth_core.users.model import User
    from auth_http.container import Container

    class Act(Protocol):
        """Something that is done to one account."""

        def __call__(self, *, user_id: UserId, actor: UserId | None, origin: Origin) -> Coroutine[Any, Any, User]:
            """Return the account as it is afterwards."""
            ...


def act(context: typer.Context, who: str, choose: "Callable[[AuthCore], Act]", *, json: bool) -> None:
    """Do something to an account, and print what has become of it."""
    from auth_core import Origin

    async def work(container: "Container") -> "User":
        auth = container.auth()
        return await choose(auth)(user_id=await find_user(auth, who), actor=None, origin=Origin())

    user = run(context, work)
    fields = {
        "id": str(user.id),
        "e-mail": str(user.email),
        "name": f"{user.first_name} {user.last_name}",
        "status": user.status.value,
    }
    print_outcome(as_json(user), fields, json=json)


def as_json(user: "User") -> dict[str, str | int | None]:
    """Return an account as programs read it."""
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
        "locale": user.locale,
    }
