"""Whether what people are told reaches them."""

from datetime import timedelta
from typing import Final

from auth_core import Unavailable
from auth_http.container import Container
from auth_http.doctor.finding import Finding
from auth_http.exit_codes import CannotRun
from auth_http.mail import examples

_LONG: Final = timedelta(minutes=15)


async def examine_outbox(container: Container) -> Finding:
    """Look at what waits and what was given up, and at the templates; send nothing."""
    try:
        mail = container.mail()
        if mail is not None:
            examples(mail.wording)
        backlog = await container.auth().outbox.look()
    except (CannotRun, Unavailable) as error:
        return Finding(check="mail", ok=False, detail=str(error))
    if mail is None:
        left = f"; messages that wait from when it was on: {backlog.waiting}" if backlog.waiting else ""
        return Finding(check="mail", ok=True, detail=f"off: nobody is told anything{left}")
    if backlog.dead:
        return Finding(
            check="mail",
            ok=False,
            detail=f"messages given up: {backlog.dead}",
            mend="auth-service outbox list, then auth-service outbox retry or drop",
        )
    waits = container.clock().now() - backlog.oldest if backlog.oldest else timedelta(0)
    if waits > _LONG:
        return Finding(
            check="mail",
            ok=False,
            detail=f"messages waiting: {backlog.waiting}, the oldest for {waits.total_seconds() / 60:.0f} minutes",
            mend="Look at `auth-service outbox list --state waiting`, and whether anybody delivers (AUTH_DELIVERY).",
        )
    return Finding(
        check="mail", ok=True, detail=f"{container.settings().mail.value}, messages waiting: {backlog.waiting}"
    )
