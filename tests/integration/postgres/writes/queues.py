"""What the writes of both queues begin with."""

from datetime import timedelta

from auth_core.outbox.lane import Lane
from auth_core.outbox.model import Due, State
from tests.integration.postgres.writes.scene import Scene


async def ends_dead[Item: Due](scene: Scene, lane: Lane[Item]) -> None:
    """Let what the scene knows be claimed with all that is due, and be given up."""
    now, claim = scene.clock.now(), lane.ids.claim()
    await lane.queue.claim(claim, limit=4, now=now, until=now + timedelta(minutes=2))
    assert await lane.queue.end(scene.known_message, claim, State.DEAD, now=now)
