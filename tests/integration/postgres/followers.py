"""The connections over which processes follow the feed of revocations, as the operator sees them."""

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.integration.postgres.questions import rows

FOLLOWERS = "datname = current_database() AND query LIKE 'WITH rows AS%'"


async def followers(operator: AsyncEngine) -> list[int]:
    """Return the backends behind the connections over which processes follow the feed."""
    return [row.pid for row in await rows(operator, f"SELECT pid FROM pg_stat_activity WHERE {FOLLOWERS}")]


async def cut_off_followers(operator: AsyncEngine) -> None:
    assert await rows(operator, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {FOLLOWERS}")
