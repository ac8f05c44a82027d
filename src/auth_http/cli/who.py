"""How commands name a user."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from auth_core import AuthCore
    from auth_core.ids import UserId

Who = Annotated[str, typer.Argument(help="The e-mail address or the id of the account.", metavar="WHO")]


async def find_user(auth: "AuthCore", who: str) -> "UserId":
    """Return whose address or id this is. Raises: InvalidEmail, UserNotFound."""
    from auth_core.ids import UserId

    try:
        return UserId(UUID(who))
    except ValueError:
        return (await auth.users.look_up_by_email(email=who)).id
