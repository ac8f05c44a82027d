"""Whether what programs are told reaches them."""

from datetime import timedelta
from typing import Final

from auth_core import Unavailable
from auth_http.container import Container
from auth_http.doctor.finding import Finding

_CHECK: Final = "webhooks"
_LONG: Final = timedelta(days=1)
"""A receiver may be away for a while, and what waits for it does."""


async def examine_webhooks(container: Container) -> Finding:
    """Look at what waits, at what was given up, and at whom nobody tells anything any more; post nothing."""
    try:
        webhooks, backlog = await container.auth().webhooks.list(), await container.auth().webhooks.look()
    except Unavailable as error:
        return Finding(check=_CHECK, ok=False, detail=str(error))
    gone = [each for each in webhooks if each.disabled_because == "gone"]
    waits = container.clock().now() - backlog.oldest if backlog.oldest else timedelta(0)
    if gone:
        ids = ", ".join(str(each.id) for each in gone)
        return Finding(
            check=_CHECK,
            ok=False,
            detail=f"receivers that have answered 410 and are told nothing any more: {ids}",
            mend="auth-service webhooks enable or delete",
        )
    if backlog.dead:
        return Finding(
            check=_CHECK,
            ok=False,
            detail=f"deliveries given up: {backlog.dead}",
            mend="auth-service webhooks deliveries --state dead, then auth-service webhooks replay",
        )
    if waits > _LONG:
        return Finding(
            check=_CHECK,
            ok=False,
            detail=f"deliveries waiting: {backlog.waiting}, the oldest for {waits.total_seconds() / 3600:.0f} hours",
            mend="Look at `auth-service webhooks deliveries`, and whether anybody delivers (AUTH_DELIVERY).",
        )
    return Finding(check=_CHECK, ok=True, detail=f"{len(webhooks)}, deliveries waiting: {backlog.waiting}")
