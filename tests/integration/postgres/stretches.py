"""A trail that was divided long ago, with events of the past in it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from auth_core.ids import EventId
from tests.integration.postgres.questions import rows, scalar

PLACE = (
    "(lpad(to_hex((extract(epoch FROM now() - interval '{} days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid"
)
SOME = ("audit_events_a", "audit_events_b", "audit_events_now")


async def divided_long_ago(operator: AsyncEngine) -> None:
    """Let the first stretch end ninety days ago; two of thirty days follow, and one that is not over yet."""
    first = "auth.audit_events_first"
    end = await scalar(operator, "SELECT ends FROM auth.audit_stretches() WHERE name = 'audit_events_first'")
    bounds = [await scalar(operator, f"SELECT {PLACE.format(days)}") for days in (90, 60, 30)]
    await rows(operator, f"ALTER TABLE auth.audit_events DETACH PARTITION {first}")
    await rows(
        operator,
        f"ALTER TABLE auth.audit_events ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ('{bounds[0]}')",
    )
    for name, begins, ends in zip(SOME, bounds, (*bounds[1:], end), strict=True):
        await rows(
            operator,
            f"CREATE TABLE auth.{name} PARTITION OF auth.audit_events FOR VALUES FROM ('{begins}') TO ('{ends}')",
        )


async def happened(operator: AsyncEngine, *days_ago: float, where: str = "") -> list[EventId]:
    """Let an event have been recorded so many days ago, each; their ids lie `where` they should, or somewhere else."""
    ids: list[EventId] = []
    for days in days_ago:
        moment = f"now() - interval '{days} days'"
        begin = f"left({where or PLACE.format(days)}::text, 14)"
        [row] = await rows(
            operator,
            "INSERT INTO auth.audit_events (id, kind, outcome, at, details, recorded_at, address)"
            f" VALUES (({begin} || '7' || substr(gen_random_uuid()::text, 16))::uuid, 'login.succeeded', 'success',"
            f" {moment}, '{{}}', {moment}, '192.0.2.7') RETURNING id",
        )
        ids.append(row.id)
    return ids


async def stretches(operator: AsyncEngine) -> list[str]:
    """Return the names of the stretches, the oldest first, without those of the future."""
    names = await rows(operator, "SELECT name FROM auth.audit_stretches() WHERE auth.audit_moment(ends) < now()")
    return [row.name for row in names]


async def left(operator: AsyncEngine) -> Sequence[int]:
    """Return how many days ago was recorded what is still there, but the orders to remove something."""
    return [
        int(row.days)
        for row in await rows(
            operator,
            "SELECT round(extract(epoch FROM now() - recorded_at) / 86400) AS days FROM auth.audit_events"
            " WHERE kind <> 'audit.shortened' ORDER BY recorded_at",
        )
    ]
