"""`auth-service throttle`: how often somebody may still try."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auth_http.cli.invocation import run
from auth_http.cli.output import Json, print_json, print_outcome, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth_core.throttling.model import Budget
    from auth_http.container import Container

app = typer.Typer(help="Look at how often somebody may still try, and let them try again.", no_args_is_help=True)

Who = Annotated[str | None, typer.Argument(help="The e-mail address that is signed in with.", metavar="[EMAIL]")]
Where = Annotated[str | None, typer.Option("--address", help="The IP address that attempts come from.")]


@app.command(epilog="Examples: `auth-service throttle show ada@example.com`, `… show --address 203.0.113.9`")
def show(context: typer.Context, email: Who = None, *, address: Where = None, json: Json = False) -> None:
    """Show what is left of the budgets of an account, of an IP address, and of all the world. Nothing is used up.

    It makes no difference whether the account exists. Devices on which somebody has signed in before have budgets of
    their own, which are not shown: nobody else can use them up.
    """
    source = _checked(address)

    async def work(container: "Container") -> Any:  # noqa: ANN401 - a sequence of LookedAt, imported later
        from auth_core.users.login_name import login_name

        who = None if email is None else login_name(email)
        return await container.auth().throttling.look(login_name=who, address=source)

    found = run(context, work)
    if json:
        print_json(
            [
                {
                    "budget": each.budget.value,
                    "tries": each.tries,
                    "left": each.standing.left,
                    "next_in_seconds": each.standing.next_in.total_seconds(),
                    "full_in_seconds": each.standing.full_in.total_seconds(),
                }
                for each in found
            ]
        )
        return
    print_table(
        ("budget", "left", "of", "next try in", "full in"),
        [
            (
                each.budget.value,
                str(each.standing.left),
                str(each.tries),
                _wait(each.standing.next_in.total_seconds()),
                _wait(each.standing.full_in.total_seconds()),
            )
            for each in found
        ],
        empty="Nothing is counted: AUTH_THROTTLE is off.",
    )


@app.command(epilog="Examples: `auth-service throttle clear ada@example.com`, `… clear --address 203.0.113.9`")
def clear(
    context: typer.Context,
    email: Who = None,
    *,
    address: Where = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Fill up the budgets of all the world, too.")] = False,
    json: Json = False,
) -> None:
    """Let an account or an IP address try again at once. Whoever is guessing may try again as well.

    It is kept in the audit trail. Every process heeds it within a second.
    """
    if email is None and address is None and not everybody:
        raise typer.BadParameter("say whose: an e-mail address, --address or --everybody", param_hint="EMAIL")
    source = _checked(address)

    async def work(container: "Container") -> "Sequence[Budget]":
        from auth_core import InvalidEmail, Origin, UserNotFound
        from auth_core.users.login_name import login_name

        auth = container.auth()
        subject = None
        if email is not None:
            with suppress(UserNotFound, InvalidEmail):  # what is nobody's is counted, too
                subject = (await auth.users.look_up_by_email(email=email)).id
        return await auth.throttling.clear(
            login_name=None if email is None else login_name(email),
            address=source,
            everybody=everybody,
            subject=subject,
            actor=None,
            origin=Origin(),
        )

    filled = [each.value for each in run(context, work)]
    print_outcome({"filled": filled}, {"filled up": ", ".join(filled) or "nothing: AUTH_THROTTLE is off"}, json=json)


def _checked(address: str | None) -> str | None:
    from ipaddress import ip_address

    if address is None:
        return None
    try:
        return str(ip_address(address))
    except ValueError:
        raise typer.BadParameter("must be an IPv4 or IPv6 address", param_hint="--address") from None


def _wait(seconds: float) -> str:
    from math import ceil

    if seconds <= 0:
        return "now"
    whole = ceil(seconds)
    return f"{whole} s" if whole < 120 else f"{ceil(whole / 60)} min"
