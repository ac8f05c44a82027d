"""Whether somebody can make the first administrator with the set-up secret."""

from auth_core import Unavailable
from auth_http.container import Container
from auth_http.doctor.finding import Finding


async def examine_set_up(container: Container) -> Finding | None:
    """Look whether the set-up is open; None when there is no secret to open it with."""
    if container.settings().setup_secret is None:
        return None
    try:
        is_open = await container.auth().users.set_up.is_open()
    except Unavailable as error:
        return Finding(check="set-up", ok=False, detail=str(error), mend="Look at the database first.")
    if is_open:
        detail = "open: whoever has AUTH_SETUP_SECRET can make the first administrator"
    else:
        detail = "closed: AUTH_SETUP_SECRET opens nothing, and may be unset"
    return Finding(check="set-up", ok=True, detail=detail)
