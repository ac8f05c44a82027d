"""The signing keys: whether one signs, and whether our secret opens it."""

from auth_core import NoSigningKey, Unavailable
from auth_core.tokens.keys import KeyState
from auth_http.container import Container
from auth_http.doctor.finding import Finding


async def examine_keys(container: Container) -> Finding:
    """Look at the stored keys; make none."""
    try:
        keys = await container.auth().tokens.list_keys()
        await container.auth().tokens.load_keys()
    except Unavailable as error:
        return Finding(check="signing keys", ok=False, detail=str(error), mend="Look at the database first.")
    if not keys:
        return Finding(check="signing keys", ok=True, detail="none yet; the service makes one when it starts")
    try:
        container.ports().access_tokens.sign({})
    except NoSigningKey:
        return Finding(
            check="signing keys",
            ok=False,
            detail="the stored keys cannot be opened",
            mend="They were sealed under another master secret. Set AUTH_MASTER_SECRET to that one.",
        )
    active = next(key for key, state in keys if state is KeyState.ACTIVE)
    return Finding(
        check="signing keys", ok=True, detail=f"{active.kid} signs since {active.signs_from:%Y-%m-%d %H:%M}Z"
    )
