"""Whether attempts are counted, and where."""

from auth_core import Unavailable
from auth_http.container import Container
from auth_http.doctor.finding import Finding


async def examine_throttling(container: Container) -> Finding:
    """Look at the budgets of all the world, and take from none."""
    settings = container.settings()
    if not settings.throttle:
        return Finding(check="throttling", ok=True, detail="off: nobody who guesses is held back")
    place = "the database" if settings.throttle_redis_url is None else "Redis"
    try:
        found = await container.auth().throttling.look()
    except Unavailable:
        return Finding(
            check="throttling",
            ok=False,
            detail=f"{place} does not answer, so nobody can sign in",
            mend="Look at AUTH_THROTTLE_REDIS_URL, and whether that server can be reached from here.",
        )
    finally:
        redis = container.redis_budgets()
        if redis is not None:
            await redis.close()
    empty = [each.budget.value for each in found if not each.standing.left]
    if empty:
        return Finding(
            check="throttling",
            ok=False,
            detail=f"empty for all the world: {', '.join(empty)}",
            mend="Somebody is trying from very many addresses: see docs/guides/throttling.md.",
        )
    return Finding(check="throttling", ok=True, detail=f"counted in {place}")
